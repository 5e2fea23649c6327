import { expect, test } from 'vitest';
import { createGlobMatcher, selectNames } from '../../src/lib/glob-matcher.ts';

test('without globs, the default selection applies', () =>
  expect(createGlobMatcher({ include: [], exclude: [] })('eth0')).toBe('default'));
test('included names replace the default selection', () => {
  const verdict = createGlobMatcher({ include: ['eth*', 'wg0'], exclude: [] });
  expect(['eth1', 'wg0', 'wlan0'].map(verdict)).toEqual(['included', 'included', 'excluded']);
});
test('exclusion wins', () => {
  expect(['eth0', 'eth1'].map(createGlobMatcher({ include: ['eth*'], exclude: ['eth1'] }))).toEqual([
    'included',
    'excluded',
  ]);
  expect(['eth0', 'wlan0'].map(createGlobMatcher({ include: [], exclude: ['wlan?'] }))).toEqual([
    'default',
    'excluded',
  ]);
});
test('paths: * stays in its folder, ** does not, and hidden names count', () => {
  expect(['/mnt/a', '/mnt/a/b', '/mnt/.x'].map(createGlobMatcher({ include: ['/mnt/*'], exclude: [] }))).toEqual([
    'included',
    'excluded',
    'included',
  ]);
  expect(['/mnt/a/b', '/mnt/My Disk'].map(createGlobMatcher({ include: ['/mnt/**'], exclude: [] }))).toEqual([
    'included',
    'included',
  ]);
});
test('excluded names are listed only if they belong to the default selection', () => {
  const real = (name: string) => name !== 'lo';
  expect(
    selectNames(['lo', 'eth0', 'wlan0'], createGlobMatcher({ include: [], exclude: ['wlan*', 'lo'] }), real),
  ).toEqual({ watched: ['eth0'], excluded: ['wlan0'] });
  expect(selectNames(['lo', 'eth0'], createGlobMatcher({ include: ['lo'], exclude: [] }), real)).toEqual({
    watched: ['lo'],
    excluded: ['eth0'],
  });
});
