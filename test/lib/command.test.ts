import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCommandOutput } from '../../src/lib/command.ts';
import { killTrackedProcessGroups } from '../../src/lib/process-groups.ts';
import { until } from '../helpers/until.ts';

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

/** A file for the process ids of what `forks` starts. */
function forked() {
  const folder = mkdtempSync(join(tmpdir(), 'run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pids');
  const pids = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
  const isRunning = (pid: number) => {
    try {
      process.kill(pid, 0);
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
    } catch {
      return false;
    }
  };
  const allEnd = () => until('all have ended', () => pids().length === 2 && !pids().some(isRunning));
  return { file, pids, allEnd };
}

test('a command that times out ends with all that it has started', async () => {
  const { file, allEnd } = forked();
  await expect(readCommandOutput('forks', [file, 'waits'], { seconds: 1 })).rejects.toThrow(/timed out after 1 s/);
  await allEnd();
});

test('the answer of a command counts, although what it leaves behind holds its output open', async () => {
  const { file, allEnd } = forked();
  const began = performance.now();
  expect(await readCommandOutput('forks', [file], { seconds: 20 })).toBe('answer');
  expect(performance.now() - began).toBeLessThan(10_000);
  await allEnd();
});

test('a command that is aborted ends with all that it has started', async () => {
  const { file, pids, allEnd } = forked();
  const abort = new AbortController();
  const reading = readCommandOutput('forks', [file, 'waits'], { seconds: 20, cancelSignal: abort.signal });
  reading.catch(() => undefined);
  await until('it runs', () => pids().length === 2);
  abort.abort();
  await expect(reading).rejects.toThrow('forks');
  await allEnd();
});

test('commands end with the program, and all that they have started', async () => {
  const { file, pids, allEnd } = forked();
  const reading = readCommandOutput('forks', [file, 'waits'], { seconds: 20 });
  reading.catch(() => undefined);
  await until('it runs', () => pids().length === 2);
  killTrackedProcessGroups();
  await expect(reading).rejects.toThrow('forks');
  await allEnd();
});

test('no listeners of signals are left behind', async () => {
  const { file } = forked();
  const before = process.listenerCount('SIGTERM');
  await Promise.all([readCommandOutput('forks', [file], limit), readCommandOutput('forks', [file], limit)]);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
