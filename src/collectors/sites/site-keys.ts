import { groupBy } from '../../model/group-by.ts';
import { slug } from '../../model/naming.ts';
import { foldSiteName, type SiteSpellings } from '../../model/site-spellings.ts';

/** Key of the site that an agent names; spellings with the same slug are the same site. */
export const siteKey = (site: string | undefined): string => (site === undefined ? '' : slug(site));

/** The key of a site, from the slug of one of its spellings; any other slug as it is. */
export type SiteKeyOfSlug = (slugOfSpelling: string) => string;

export function createSiteKeyOfSlug(spellings: SiteSpellings): SiteKeyOfSlug {
  const keys = new Map(
    [...spellings.all].flatMap((site) => {
      const key = siteKey(spellings.chosenSpelling(site));
      return [site, foldSiteName(site)].map((spelling) => [slug(spelling), key] as const);
    }),
  );
  return (slugOfSpelling) => keys.get(slugOfSpelling) ?? slugOfSpelling;
}

/** Whether the bridge of each site is up, by the site's key. A topic of a spelling that no agent uses may be what is
 * left of an earlier one: it counts where there is no other. Of several that count, one that is up suffices. */
export function bridgesBySite(
  bridges: ReadonlyMap<string, boolean>,
  spellings: SiteSpellings,
  keyOfSlug: SiteKeyOfSlug,
): ReadonlyMap<string, boolean> {
  const bySite = groupBy([...bridges], ([site]) => keyOfSlug(slug(site)));
  return new Map(
    [...bySite].map(([key, all]) => {
      const used = all.filter(([site]) => spellings.all.has(site));
      return [key, (used.length === 0 ? all : used).some(([, isUp]) => isUp)];
    }),
  );
}
