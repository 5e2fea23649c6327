import { groupBy } from './group-by.ts';

/** Capitals, and whether an accent is a character of its own, make no other site. */
export const foldSiteName = (site: string): string => site.normalize('NFC').toLowerCase();

const isComposed = (site: string) => site === site.normalize('NFC');

/** The sites of a lab, each in one of the spellings that its agents have for it: that of most agents, so that one agent
 * that spells it otherwise does not rename it; of as many, the one with composed characters, then the one that sorts
 * first. */
export class SiteSpellings {
  /** All spellings. */
  readonly all: ReadonlySet<string>;
  readonly #byFolded = new Map<string, string>();

  /** `sites`: those that agents name, each agent once. */
  constructor(sites: Iterable<string | undefined>) {
    const named = [...sites].filter((site) => site !== undefined);
    const bySpelling = groupBy(named, (site) => site);
    const countOf = (site: string) => bySpelling.get(site)?.length ?? 0;
    this.all = new Set(bySpelling.keys());
    const best = [...this.all]
      .sort()
      .sort((a, b) => countOf(b) - countOf(a) || Number(isComposed(b)) - Number(isComposed(a)));
    for (const site of best) {
      const folded = foldSiteName(site);
      if (!this.#byFolded.has(folded)) this.#byFolded.set(folded, site);
    }
  }

  /** Of the sites that agents name; what `own` names counts, whatever its topics say. */
  static ofAgents(
    agents: readonly { id: string; site?: string | undefined }[],
    own: { id: string; site?: string | undefined },
  ): SiteSpellings {
    const sites = new Map(agents.map(({ id, site }) => [id, site]));
    return new SiteSpellings(sites.set(own.id, own.site ?? sites.get(own.id)).values());
  }

  chosenSpelling(site: string): string {
    return this.#byFolded.get(foldSiteName(site)) ?? site;
  }
}
