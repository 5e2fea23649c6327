import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../src/lib/files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const file = (content: string) => {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
};

test('text without the newline', () => expect(tryReadTextSync(file('  a b \n'))).toBe('  a b'));
test('undefined: a missing file, a folder, a file as a folder, a link to itself, a very long name', () => {
  symlinkSync('loop', join(folder, 'loop'));
  mkdirSync(join(folder, 'folder'));
  const path = file('x');
  for (const missing of [
    join(folder, 'none'),
    join(folder, 'folder'),
    join(path, 'below'),
    join(folder, 'loop'),
    join(folder, 'x'.repeat(300)),
  ])
    expect(tryReadTextSync(missing), missing).toBeUndefined();
});
test.each([
  ['42\n', 42],
  ['-62000\n', -62_000],
  ['1.5', 1.5],
  ['', undefined],
  ['\n', undefined],
  ['<unknown>\n', undefined],
  ['1 2', undefined],
])('the number in %j', (content, number) => expect(tryReadNumberSync(file(content))).toBe(number));
test('sorted names in a folder; empty for a missing folder', () => {
  for (const name of ['b', 'a', 'c']) mkdirSync(join(folder, name));
  expect(listFolderSync(folder)).toEqual(['a', 'b', 'c']);
  expect(listFolderSync(join(folder, 'none'))).toEqual([]);
});
