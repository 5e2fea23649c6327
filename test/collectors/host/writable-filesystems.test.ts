import { expect, test } from 'vitest';
import { WritableFilesystems } from '../../../src/collectors/host/writable-filesystems.ts';

/** What is said of a file system, twenty minutes after each other: `w` writable, `r` read-only. */
function meant(states: string): boolean[] {
  const filesystems = new WritableFilesystems();
  return [...states].map((state, index) => filesystems.update('root', state === 'r', 1200 * index));
}

test.each([
  ['writable from the beginning', 'wr', [true, true]],
  ['read-only', 'rr', [false, false]],
  ['read-only, and writable for an update', 'rwwr', [false, false, false, false]],
  ['read-only when it was found, and repaired', 'rwwwwr', [false, false, false, true, true, true]],
  ['updates one after the other', 'rwwrwwr', [false, false, false, false, false, false, false]],
])('%s', (_, states, expected) => expect(meant(states)).toEqual(expected));

test('another one that is mounted in its place was not writable', () => {
  const filesystems = new WritableFilesystems();
  filesystems.update('backup', false, 0);
  filesystems.keepOnly(new Set(['backup']));
  expect(filesystems.update('backup', true, 1)).toBe(true);
  filesystems.keepOnly(new Set());
  expect(filesystems.update('backup', true, 2)).toBe(false);
});
