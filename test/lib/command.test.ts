import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCommandOutput } from '../../src/lib/command.ts';

const limit = { seconds: 5 };
const bin = join(import.meta.dirname, '../bin');

beforeAll(() => {
  process.env.PATH = `${bin}:${process.env.PATH}`;
});

test('the output of a command, in the C locale and without a shell', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a b; echo $HOME'), '');
  expect(await readCommandOutput('tells', [join(folder, 'a b; echo $HOME')], limit)).toBe(
    `C ${join(folder, 'a b; echo $HOME')}`,
  );
});

test('a failure names the command and the reason', async () => {
  await expect(readCommandOutput('fails', ['badly'], limit)).rejects.toThrow('fails badly: no such drive');
});

test('a command that is not installed', async () => {
  await expect(readCommandOutput('not-a-command', [], limit)).rejects.toThrow(/^not-a-command: .*ENOENT/);
});

test('a command that hangs and ignores SIGTERM is killed in time', async () => {
  const began = performance.now();
  await expect(readCommandOutput('hangs', [], { seconds: 0.2 })).rejects.toThrow('hangs: timed out after 0.2 s');
  expect(performance.now() - began).toBeLessThan(3000);
});
