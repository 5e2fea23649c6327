import picomatch from 'picomatch';

/** What the settings take in and leave out, by name. */
export interface GlobPatterns {
  include: readonly string[];
  exclude: readonly string[];
}

export type GlobVerdict = 'included' | 'excluded' | 'usual';

/** Says of a name whether it is asked for, left out, or up to the usual rule (no glob speaks of it and none is asked for). */
export function createGlobMatcher({ include, exclude }: GlobPatterns): (name: string) => GlobVerdict {
  const matcher = (patterns: readonly string[]) =>
    patterns.length === 0 ? undefined : picomatch([...patterns], { dot: true });
  const included = matcher(include);
  const excluded = matcher(exclude);
  return (name) => {
    if (excluded?.(name)) return 'excluded';
    if (included === undefined) return 'usual';
    return included(name) ? 'included' : 'excluded';
  };
}

/** Sorts names by the verdict: watched are those asked for and, of the usual ones, the real; excluded are real ones left out. */
export function selectNames(
  names: readonly string[],
  verdict: (name: string) => GlobVerdict,
  isReal: (name: string) => boolean,
): { watched: string[]; excluded: string[] } {
  const watched: string[] = [];
  const excluded: string[] = [];
  for (const name of names) {
    const judged = verdict(name);
    if (judged === 'included' || (judged === 'usual' && isReal(name))) watched.push(name);
    else if (judged === 'excluded' && isReal(name)) excluded.push(name);
  }
  return { watched, excluded };
}
