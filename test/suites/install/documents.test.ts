import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { documented, documentedCommands, notRun } from './documents.ts';

const root = join(import.meta.dirname, '../../..');

test('every command of the README and of docs/install.md is run by a test of this suite, or has a reason', () => {
  const sources = readdirSync(import.meta.dirname).map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const run = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/documented\(\s*(['"])(.*?)\1\s*[,)]/gs)].map(([, , command]) => command),
    ),
  );
  const missing = [...documentedCommands].filter((command) => !notRun.has(command) && !run.has(command));
  expect(missing).toEqual([]);
  expect([...notRun.keys()].filter((command) => !documentedCommands.has(command))).toEqual([]);
  expect(notRun.size).toBe(3);
});

/** Starts a shell command in a network of its own, which is the group's; it ends with the test. */
function start(command: string, cwd: string, env: Record<string, string>): { child: ChildProcess; output(): string } {
  const child = spawn(
    'unshare',
    ['--net', '--pid', '--fork', '--kill-child', 'sh', '-c', `ip link set lo up; ${command}`],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return { child, output: () => written };
}

test('a clone by the README: the first two commands, its topics, and the command on the path', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'infra-monitor-clone-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const clone = join(scratch, 'clone');
  // Also what is not committed yet, as the other tests have it.
  await execa(
    'sh',
    [
      '-c',
      'mkdir "$1" && git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$1"',
      'sh',
      clone,
    ],
    { cwd: root },
  );
  const cache = { npm_config_cache: join(scratch, 'cache') };
  // Without a network, npm takes what it has fetched before.
  await execa('npm', ['ci', '--ignore-scripts'], { cwd: clone, env: cache });
  const agent = start(documented('npm ci && npm start'), clone, {
    ...cache,
    npm_config_offline: 'true',
    ROUTER_SCHEDULE: 'off',
  });
  await until(`it runs: ${agent.output()}`, () => agent.output().includes('MQTT: connected'), 120);
  // unshare itself stays outside.
  const { pid } = agent.child;
  const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const inside = ['--target', child, '--net'];
  const { stdout: topics } = await execa(
    'nsenter',
    [...inside, 'timeout', '5', 'sh', '-c', documented("mosquitto_sub -v -t 'infra-monitor/#'")],
    { reject: false },
  );
  expect(topics).toMatch(/^infra-monitor\/\S+\/status online$/m);
  const { stdout: page } = await execa('nsenter', [...inside, 'curl', '-s', 'http://127.0.0.1:8000']);
  expect(page).toContain('<!doctype html>');

  const program = documented('node dist/infra-monitor.js');
  const { stdout: version } = await execa('sh', ['-c', `${program} --version`], { cwd: clone });
  const command = documented('npm install --global .', { '--global': `--global --prefix ${scratch}` });
  await execa('sh', ['-c', command], { cwd: clone, env: cache });
  expect((await execa(join(scratch, 'bin/infra-monitor'), ['--version'])).stdout).toBe(version);
});
