import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readBoundedFileSync } from '../../src/lib/bounded-file.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bounded-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a file within the bound is read whole, and one byte more is refused', () => {
  const file = join(folder(), 'file');
  writeFileSync(file, 'x'.repeat(100));
  expect(readBoundedFileSync(file, { bytes: 100 }).toString()).toBe('x'.repeat(100));
  expect(() => readBoundedFileSync(file, { bytes: 99 })).toThrow(`${file} has more than 99 bytes`);
});

test('/dev/null is empty, /dev/zero too long', () => {
  expect(readBoundedFileSync('/dev/null', { bytes: 100 }).length).toBe(0);
  expect(() => readBoundedFileSync('/dev/zero', { bytes: 100 })).toThrow('/dev/zero has more than 100 bytes');
});

test('a named pipe, a folder and a missing file are told at once', () => {
  const path = folder();
  execFileSync('mkfifo', [join(path, 'pipe')]);
  expect(() => readBoundedFileSync(join(path, 'pipe'), { bytes: 100 })).toThrow('is not a regular file');
  expect(() => readBoundedFileSync(path, { bytes: 100 })).toThrow(`${path} is a folder, expected a file`);
  expect(() => readBoundedFileSync(join(path, 'missing'), { bytes: 100 })).toThrow('ENOENT');
});
