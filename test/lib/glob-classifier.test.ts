import { expect, test } from 'vitest';
import { createGlobClassifier, missingNames, selectWatchedAndExcludedNames } from '../../src/lib/glob-classifier.ts';

test('without globs, the default selection applies', () =>
  expect(createGlobClassifier({ include: [], exclude: [] })('eth0')).toBe('default'));
test('included names replace the default selection', () => {
  const verdict = createGlobClassifier({ include: ['eth*', 'wg0'], exclude: [] });
  expect(['eth1', 'wg0', 'wlan0'].map(verdict)).toEqual(['included', 'included', 'excluded']);
});
test('exclusion wins', () => {
  expect(['eth0', 'eth1'].map(createGlobClassifier({ include: ['eth*'], exclude: ['eth1'] }))).toEqual([
    'included',
    'excluded',
  ]);
  expect(['eth0', 'wlan0'].map(createGlobClassifier({ include: [], exclude: ['wlan?'] }))).toEqual([
    'default',
    'excluded',
  ]);
});
test('paths: * stays in its folder, ** does not, and hidden names count', () => {
  expect(['/mnt/a', '/mnt/a/b', '/mnt/.x'].map(createGlobClassifier({ include: ['/mnt/*'], exclude: [] }))).toEqual([
    'included',
    'excluded',
    'included',
  ]);
  expect(['/mnt/a/b', '/mnt/My Disk'].map(createGlobClassifier({ include: ['/mnt/**'], exclude: [] }))).toEqual([
    'included',
    'included',
  ]);
});
test('excluded names are listed only if they belong to the default selection', () => {
  const real = (name: string) => name !== 'lo';
  expect(
    selectWatchedAndExcludedNames(
      ['lo', 'eth0', 'wlan0'],
      createGlobClassifier({ include: [], exclude: ['wlan*', 'lo'] }),
      real,
    ),
  ).toEqual({ watched: ['eth0'], excluded: ['wlan0'] });
  expect(
    selectWatchedAndExcludedNames(['lo', 'eth0'], createGlobClassifier({ include: ['lo'], exclude: [] }), real),
  ).toEqual({
    watched: ['lo'],
    excluded: ['eth0'],
  });
});
test('names that match nothing, though patterns with wildcards may', () => {
  const names = ['/', '/mnt/Data (1)', '/mnt/nas'];
  expect(missingNames(['/', '/mnt/Data (1)', '/mnt/*', '/x*', '/y?', '!/z', '[b]'], names)).toEqual([]);
  expect(missingNames(['/mnt/na', '/mnt/nas/', '/mnt/Data (2)', '/MNT/nas'], names)).toEqual([
    '/mnt/na',
    '/mnt/nas/',
    '/mnt/Data (2)',
    '/MNT/nas',
  ]);
});
