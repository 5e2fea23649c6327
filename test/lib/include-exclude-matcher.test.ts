import { expect, test } from 'vitest';
import {
  createIncludeExcludeMatcher,
  includedNamesWithoutMatch,
  splitNamesIntoWatchedAndExcluded,
} from '../../src/lib/include-exclude-matcher.ts';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';

test('without globs, the default selection applies', () =>
  expect(createIncludeExcludeMatcher({ include: [], exclude: [] })('eth0')).toBe('default'));
test('included names replace the default selection', () => {
  const verdict = createIncludeExcludeMatcher({ include: ['eth*', 'wg0'], exclude: [] });
  expect(['eth1', 'wg0', 'wlan0'].map(verdict)).toEqual(['included', 'included', 'excluded']);
});
test('exclusion wins', () => {
  expect(['eth0', 'eth1'].map(createIncludeExcludeMatcher({ include: ['eth*'], exclude: ['eth1'] }))).toEqual([
    'included',
    'excluded',
  ]);
  expect(['eth0', 'wlan0'].map(createIncludeExcludeMatcher({ include: [], exclude: ['wlan?'] }))).toEqual([
    'default',
    'excluded',
  ]);
});
test('wildcards match line breaks, too, which a mount point may have', () =>
  expect(['/mnt/a\nb', '/mnt/a/b\nc'].map(createIncludeExcludeMatcher({ include: ['/mnt/**'], exclude: [] }))).toEqual([
    'included',
    'included',
  ]));
test('paths: * stays in its folder, ** does not, and hidden names count', () => {
  expect(
    ['/mnt/a', '/mnt/a/b', '/mnt/.x'].map(createIncludeExcludeMatcher({ include: ['/mnt/*'], exclude: [] })),
  ).toEqual(['included', 'excluded', 'included']);
  expect(['/mnt/a/b', '/mnt/My Disk'].map(createIncludeExcludeMatcher({ include: ['/mnt/**'], exclude: [] }))).toEqual([
    'included',
    'included',
  ]);
});
test('excluded names are listed only if they belong to the default selection', () => {
  const real = (name: string) => name !== 'lo';
  const split = (...input: Parameters<typeof splitNamesIntoWatchedAndExcluded>) =>
    runStepsAtOnce(splitNamesIntoWatchedAndExcluded(...input));
  expect(
    split(['lo', 'eth0', 'wlan0'], createIncludeExcludeMatcher({ include: [], exclude: ['wlan*', 'lo'] }), real),
  ).toEqual({ watched: ['eth0'], excluded: ['wlan0'] });
  expect(split(['lo', 'eth0'], createIncludeExcludeMatcher({ include: ['lo'], exclude: [] }), real)).toEqual({
    watched: ['lo'],
    excluded: ['eth0'],
  });
});
test('names that match nothing, though patterns with wildcards may', () => {
  const names = ['/', '/mnt/Data (1)', '/mnt/nas'];
  expect(includedNamesWithoutMatch(['/', '/mnt/Data (1)', '/mnt/*', '/x*', '/y?', '!/z', '[b]'], names)).toEqual([]);
  expect(includedNamesWithoutMatch(['/mnt/na', '/mnt/nas/', '/mnt/Data (2)', '/MNT/nas'], names)).toEqual([
    '/mnt/na',
    '/mnt/nas/',
    '/mnt/Data (2)',
    '/MNT/nas',
  ]);
});
