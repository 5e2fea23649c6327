import type { Difference } from './differences.ts';
import rules from './intended.json' with { type: 'json' };

/** Differences from the released program that are meant, each with its reason; `path` is a regular expression for the
 * whole path. */
const intended = rules.map(({ path, reason }: { path: string; reason: string }) => ({
  path: new RegExp(`^${path}$`),
  reason,
  isUsed: false,
}));

const rulesFor = ({ path }: Difference) => intended.filter((rule) => rule.path.test(path));

export const isExplained = (difference: Difference): boolean => rulesFor(difference).length > 0;

/** Those that nobody meant. */
export function unexplained(found: readonly Difference[]): Difference[] {
  for (const rule of found.flatMap(rulesFor)) rule.isUsed = true;
  return found.filter((difference) => !isExplained(difference));
}

/** Paths of these stages that no difference has had so far. */
export const unused = (stage: RegExp): string[] =>
  intended.filter(({ path, isUsed }) => !isUsed && stage.test(path.source.slice(1))).map(({ path }) => path.source);
