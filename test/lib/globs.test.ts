import { expect, test } from 'vitest';
import { choose, globs } from '../../src/lib/globs.ts';

test('without globs all is up to the usual rule', () => expect(globs({ include: [], exclude: [] })('eth0')).toBe('usual'));
test('what is asked for stands in place of the usual', () => {
  const verdict = globs({ include: ['eth*', 'wg0'], exclude: [] });
  expect(['eth1', 'wg0', 'wlan0'].map(verdict)).toEqual(['included', 'included', 'excluded']);
});
test('leaving out wins', () => {
  expect(['eth0', 'eth1'].map(globs({ include: ['eth*'], exclude: ['eth1'] }))).toEqual(['included', 'excluded']);
  expect(['eth0', 'wlan0'].map(globs({ include: [], exclude: ['wlan?'] }))).toEqual(['usual', 'excluded']);
});
test('paths: * stays in its folder, ** does not, and hidden names count', () => {
  expect(['/mnt/a', '/mnt/a/b', '/mnt/.x'].map(globs({ include: ['/mnt/*'], exclude: [] }))).toEqual(['included', 'excluded', 'included']);
  expect(['/mnt/a/b', '/mnt/My Disk'].map(globs({ include: ['/mnt/**'], exclude: [] }))).toEqual(['included', 'included']);
});
test('what is left out is told only of what is real', () => {
  const real = (name: string) => name !== 'lo';
  expect(choose(['lo', 'eth0', 'wlan0'], globs({ include: [], exclude: ['wlan*', 'lo'] }), real)).toEqual({ watched: ['eth0'], excluded: ['wlan0'] });
  expect(choose(['lo', 'eth0'], globs({ include: ['lo'], exclude: [] }), real)).toEqual({ watched: ['lo'], excluded: ['eth0'] });
});
