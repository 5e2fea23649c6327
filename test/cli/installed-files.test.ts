import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeInstalledFiles } from '../../src/cli/installed-files.ts';

/** A folder with these files, of which the first ones are listed as installed. */
function folderWith(listed: readonly string[], others: readonly string[]): string {
  const scratch = mkdtempSync(join(tmpdir(), 'installed-'));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const root = join(scratch, 'infra-monitor');
  for (const path of [...listed, ...others]) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  writeFileSync(join(root, 'installed-files.txt'), [...listed, 'installed-files.txt', ''].join('\n'));
  return root;
}

test('the folder goes if nothing else is in it, even if a file has been removed by hand', () => {
  const root = folderWith(['package.json', 'dist/deep/a.js', 'docs/b.md'], []);
  rmSync(join(root, 'docs/b.md'));
  expect(removeInstalledFiles(root)).toEqual([]);
  expect(existsSync(root)).toBe(false);
});

test('other files stay, and are named', () => {
  const root = folderWith(['package.json', 'dist/a.js', 'docs/b.md'], ['precious.txt', 'docs/mine/c.md']);
  expect(removeInstalledFiles(root).sort()).toEqual([join(root, 'docs/mine/c.md'), join(root, 'precious.txt')]);
  expect(readdirSync(root).sort()).toEqual(['docs', 'precious.txt']);
});

test('nothing behind a link is touched', () => {
  const root = folderWith(['package.json', 'dist/a.js'], []);
  const elsewhere = folderWith(['a.js'], []);
  symlinkSync(elsewhere, join(root, 'linked'));
  expect(removeInstalledFiles(root)).toEqual([join(root, 'linked')]);
  expect(readdirSync(elsewhere).sort()).toEqual(['a.js', 'installed-files.txt']);
});
