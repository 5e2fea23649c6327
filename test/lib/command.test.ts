import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCommandOutput, runCommand } from '../../src/lib/command.ts';
import { killTrackedProcessGroups } from '../../src/lib/process-groups.ts';
import { until } from '../helpers/until.ts';

const limit = { seconds: 20 };
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

test.each([
  ['more output than is taken', ['-c', 'head -c 9000000 /dev/zero'], /more than 1000000 characters/],
  ['more on standard error than is taken', ['-c', 'head -c 9000000 /dev/zero >&2'], /more than 1000000/],
  ['a command that ends by a signal', ['-c', 'kill -SEGV $$'], /^sh .*: ended by SIGSEGV$/],
  ['an argument that no program can be given', ['\0'], /null bytes/],
])('%s', (_, args, reason) => expect(readCommandOutput('sh', args, limit)).rejects.toThrow(reason));

test('what a command reads, and nothing else', async () => {
  const input = Buffer.from('a\0b');
  expect(await readCommandOutput('cat', [], { ...limit, input })).toBe('a\0b');
  expect(await readCommandOutput('cat', [], limit)).toBe('');
  // It ends without reading.
  expect(await readCommandOutput('true', [], { ...limit, input: Buffer.alloc(1_000_000) })).toBe('');
});

test('a command that is aborted before it begins is not started', async () => {
  await expect(readCommandOutput('tells', [], { ...limit, cancelSignal: AbortSignal.abort() })).rejects.toThrow(
    'tells: cancelled',
  );
});

test('one that ignores the signal of its end is killed', async () => {
  await expect(readCommandOutput('hangs', [], { seconds: 0.2, killSignal: 'SIGTERM' })).rejects.toThrow(
    'hangs: timed out after 0.2 s',
  );
});

test('output that something outside of its process group holds open is not waited for', async () => {
  const { file, pids } = forked();
  const began = performance.now();
  expect(
    await readCommandOutput(
      'sh',
      ['-c', `echo answer; setsid sh -c 'echo $$ >${file}; exec sleep 60' & sleep 0.5`],
      limit,
    ),
  ).toBe('answer');
  expect(performance.now() - began).toBeLessThan(5000);
  for (const pid of pids()) process.kill(pid);
});

test('without files to open, a command fails in words, and nothing else does', async () => {
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', listener);
  onTestFinished(() => void process.off('uncaughtException', listener));
  await readCommandOutput('true', [], limit);
  const files: number[] = [];
  try {
    for (;;) files.push(openSync('/dev/null', 'r'));
  } catch {
    // There are no more.
  }
  const outcomes: string[] = [];
  for (let spare = 0; spare < 12; spare += 1) {
    const outcome = readCommandOutput('true', [], limit).then(
      () => 'ran',
      (error) => String(error),
    );
    outcomes.push(await outcome);
    closeSync(files.pop() ?? 0);
  }
  for (const file of files) closeSync(file);
  expect(outcomes[0]).toBe(
    'Error: true: this process has too many open files to start it; raise the limit (ulimit -n, LimitNOFILE= in a systemd unit)',
  );
  expect(new Set(outcomes)).toEqual(new Set([outcomes[0], 'ran']));
  expect(uncaught).toEqual([]);
});

test.runIf(process.platform === 'linux')('where memory is scarce the kernel ends a command first', async () => {
  const loop = 'until grep -qx 1000 /proc/$$/oom_score_adj; do :; done; echo preferred';
  expect((await runCommand('sh', ['-c', loop], { seconds: 10 })).stdout).toBe('preferred');
});
