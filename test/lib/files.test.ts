import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  closeFilesKeptOpenIn,
  isKernelFile,
  listFolderSync,
  OpenDescriptorCache,
  tryReadNumberSync,
  tryReadTextKeepOpenSync,
  tryReadTextSync,
} from '../../src/lib/files.ts';
import { tree } from '../helpers/tree.ts';

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

const openPaths = () =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return [];
    }
  });

test('a file that may be replaced is opened each time: its text, then that of another, then none', () => {
  const { proc } = tree({ 'proc/loadavg': '1 2 3\n' });
  const path = proc('loadavg');
  expect(tryReadTextKeepOpenSync(path)).toBe('1 2 3');
  rmSync(path);
  expect(tryReadTextKeepOpenSync(path)).toBeUndefined();
  writeFileSync(path, '4 5 6\n');
  expect(tryReadTextKeepOpenSync(path)).toBe('4 5 6');
  expect(tryReadTextKeepOpenSync(proc('none'))).toBeUndefined();
});

test.runIf(process.platform === 'linux')('a file of the kernel stays open, and tells what is now', () => {
  expect(isKernelFile('/proc/uptime')).toBe(true);
  const before = tryReadTextKeepOpenSync('/proc/self/stat');
  expect(before).toMatch(/^\d+ \(/);
  expect(openPaths().filter((open) => open === `/proc/${process.pid}/stat`)).toHaveLength(1);
  expect(tryReadTextKeepOpenSync('/proc/self/mountinfo', 'latin1')).toBe(
    readFileSync('/proc/self/mountinfo', 'latin1').trimEnd(),
  );
  expect(tryReadTextKeepOpenSync('/proc/self/stat')).toMatch(/^\d+ \(/);
  expect(openPaths().filter((open) => open === `/proc/${process.pid}/stat`)).toHaveLength(1);
});

test.runIf(process.platform === 'linux')('files that are kept open are closed by their folder', () => {
  const isOpen = (name: string) => openPaths().includes(`/proc/${process.pid}/${name}`);
  tryReadTextKeepOpenSync('/proc/self/stat');
  tryReadTextKeepOpenSync('/proc/self/task/../statm');
  expect([isOpen('stat'), isOpen('statm')]).toEqual([true, true]);
  closeFilesKeptOpenIn('/proc/sel');
  expect([isOpen('stat'), isOpen('statm')]).toEqual([true, true]);
  closeFilesKeptOpenIn('/proc/self/task');
  expect([isOpen('stat'), isOpen('statm')]).toEqual([true, false]);
  expect(tryReadTextKeepOpenSync('/proc/self/task/../statm')).toMatch(/^\d+ /);
});

test.runIf(process.platform === 'linux')('more files than may stay open are read, too', () => {
  const files = readdirSync('/proc/sys/kernel').map((name) => `/proc/sys/kernel/${name}`);
  const read = () => files.filter((path) => tryReadTextKeepOpenSync(path) !== undefined).length;
  const readable = read();
  expect(readable).toBeGreaterThan(40);
  expect(read()).toBe(readable);
  expect(openPaths().filter((path) => path.startsWith('/proc/')).length).toBeLessThan(40);
});

test('descriptors: no more than so many, and dropped ones are closed', () => {
  const descriptors = new OpenDescriptorCache(1);
  expect([descriptors.isFull, descriptors.get('a')]).toEqual([false, undefined]);
  descriptors.drop('a');
  descriptors.keep('a', 2 ** 30);
  expect([descriptors.isFull, descriptors.get('a')]).toEqual([true, 2 ** 30]);
  expect(() => descriptors.drop('a')).toThrow(/EBADF/);
  expect(descriptors.isFull).toBe(false);
});
