import picomatch from 'picomatch';
import type { StepwiseWork } from '../model/event-loop-turns.ts';

/** With line breaks, too, which a mount point may have. */
const globOptions = { dot: true, flags: 's' };

export interface IncludeExcludeGlobs {
  include: readonly string[];
  exclude: readonly string[];
}

export type IncludeExcludeVerdict = 'included' | 'excluded' | 'default';

/** Excluded patterns win. `default`: no pattern excludes the name, and no patterns to include are set. */
export function createIncludeExcludeMatcher({
  include,
  exclude,
}: IncludeExcludeGlobs): (name: string) => IncludeExcludeVerdict {
  const matcher = (patterns: readonly string[]) =>
    patterns.length === 0 ? undefined : picomatch([...patterns], globOptions);
  const included = matcher(include);
  const excluded = matcher(exclude);
  return (name) => {
    if (excluded?.(name)) return 'excluded';
    if (included === undefined) return 'default';
    return included(name) ? 'included' : 'excluded';
  };
}

/** Watched: included names, and by default those of the default selection. Excluded: excluded names of the default
 * selection. A part for each name. */
export function* splitNamesIntoWatchedAndExcluded(
  names: readonly string[],
  verdict: (name: string) => IncludeExcludeVerdict,
  isSelectedByDefault: (name: string) => boolean,
): StepwiseWork<{ watched: string[]; excluded: string[] }> {
  const watched: string[] = [];
  const excluded: string[] = [];
  for (const name of names) {
    yield 1;
    const result = verdict(name);
    if (result === 'included' || (result === 'default' && isSelectedByDefault(name))) watched.push(name);
    else if (result === 'excluded' && isSelectedByDefault(name)) excluded.push(name);
  }
  return { watched, excluded };
}

/** Whether a pattern is a plain name: parentheses are common in names. */
const isPlainName = (pattern: string) => !/[*?[\]{}|]|^!|[!@+]\(/.test(pattern);

/** Names in a setting that none of these is, though patterns with wildcards may match nothing. */
export const includedNamesWithoutMatch = (include: readonly string[], names: readonly string[]): string[] =>
  include.filter(
    (pattern) => isPlainName(pattern) && !names.some((name) => picomatch.isMatch(name, pattern, globOptions)),
  );
