import { slug } from './naming.ts';

/** Capitals, and whether an accent is a character of its own, make no other site. */
const fold = (site: string) => site.normalize('NFC').toLowerCase();

/** The sites of a lab, each in one of the spellings that its agents have for it: the one that sorts first. */
export class SiteSpellings {
  readonly #byFolded = new Map<string, string>();
  readonly #bySlug = new Map<string, string>();

  constructor(sites: Iterable<string | undefined>) {
    for (const site of [...new Set(sites)].sort()) {
      if (site === undefined) continue;
      const chosen = this.#byFolded.get(fold(site)) ?? site;
      this.#byFolded.set(fold(site), chosen);
      for (const spelling of [site, fold(site)]) this.#bySlug.set(slug(spelling), chosen);
    }
  }

  chosenSpelling(site: string): string {
    return this.#byFolded.get(fold(site)) ?? site;
  }

  /** The slug of a site, from the slug of one of its spellings; any other one as it is. */
  chosenSlug(ofSpelling: string): string {
    const chosen = this.#bySlug.get(ofSpelling);
    return chosen === undefined ? ofSpelling : slug(chosen);
  }
}
