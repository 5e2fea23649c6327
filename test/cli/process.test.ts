import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../helpers/agent.ts';
import { freePort } from '../helpers/ports.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

const agentOptions = async () => ({
  AGENT_NAME: 'testling',
  ROUTER_SCHEDULE: 'off',
  NVME_SCHEDULE: 'off',
  STORAGE_SCHEDULE: 'off',
  HTTP_PORT: '0',
  MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
});

/** Kills a process or a process group, which may have ended. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/** Runs a shell command line, in which `agent` is the built program, in an empty folder; its processes end with the test. */
function shell(line: string, settings: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  const { PATH = '' } = process.env;
  const child = spawn('sh', ['-c', line.replaceAll('agent', `'${process.execPath}' '${program}'`)], {
    cwd: folder,
    detached: true,
    env: { PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  const result = closed.then(() => output);
  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
  onTestFinished(async () => {
    kill(-(child.pid ?? 0));
    await closed;
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, result, read };
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health/`).then(
    () => true,
    () => false,
  );

/** A pipeline that prints the exit status of its first command. */
const firstStatus = (command: string, reader: string) => `{ ${command}; echo "status $?" >&2; } | ${reader}`;

test('a pipe gets the whole output, however large it is', async () => {
  const mounts = Array.from({ length: 200 }, (_, index) => index);
  const roots = tree({
    'proc/1/mountinfo': [
      '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
      ...mounts.map((index) => `${100 + index} 22 0:${70 + index} / /tank/${index} rw - zfs tank/${index} rw`),
    ].join('\n'),
    'proc/stat': 'cpu  1 1 1 1 1 1 1 1\nbtime 1790000000\n',
    ...Object.fromEntries(mounts.map((index) => [`root/tank/${index}/`, ''])),
  });
  const settings = {
    ...(await agentOptions()),
    HOST_PROC: roots.proc(),
    HOST_SYS: roots.sys(),
    HOST_ROOT: roots.host(),
  };
  const { stdout, stderr } = await shell(firstStatus('agent once --json', 'cat'), settings).result;
  expect(stdout.length).toBeGreaterThan(2 * 65_536);
  expect(JSON.parse(stdout)).toHaveLength(2);
  expect(stderr).toBe('status 0\n');
});

test.each(['once', 'once --json', 'check', '--help'])('a reader of %s that ends early is no error', async (command) => {
  const { stderr } = await shell(firstStatus(`agent ${command}`, 'true'), await agentOptions()).result;
  expect(stderr).toBe('status 0\n');
});

test.runIf(existsSync('/dev/full'))('a full disk is reported', async () => {
  const { stderr } = await shell('agent once > /dev/full; echo "status $?" >&2', await agentOptions()).result;
  expect(stderr).toBe('Output is incomplete: ENOSPC: no space left on device, write\nstatus 1\n');
});

test('the agent outlives the reader of its log', async () => {
  const agent = startAgent(await agentOptions());
  await until('connected', () => agent.output().includes('MQTT: connected'));
  agent.process.stdout?.destroy();
  agent.process.stderr?.destroy();
  // Stopping is logged.
  expect(await agent.stop()).toBe(0);
});

test.runIf(existsSync('/dev/full'))('the agent outlives a full disk of its log', async () => {
  const port = await freePort();
  const { read } = shell('agent > /dev/full 2>&1 & echo $! > pid; wait $!; echo $? > status', {
    ...(await agentOptions()),
    HTTP_PORT: String(port),
  });
  await until('started', () => answers(port));
  process.kill(Number(read('pid')), 'SIGTERM');
  await until('left', () => read('status') === '0\n');
});

test('the agent stops even if the reader of its log does not read', async () => {
  const port = await freePort();
  const { read } = shell(
    '{ head -c 1000000 /dev/zero & agent & echo $! > pid; wait $!; echo $? > status; } | sleep 100',
    { ...(await agentOptions()), HTTP_PORT: String(port) },
  );
  await until('started', () => answers(port));
  process.kill(Number(read('pid')), 'SIGTERM');
  await until('left', () => read('status') === '0\n');
});

test('unused signals have no effect', async () => {
  const port = await freePort();
  const agent = startAgent({ ...(await agentOptions()), HTTP_PORT: String(port) });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
    agent.process.kill(signal);
    expect(await answers(port)).toBe(true);
  }
  expect(await agent.stop()).toBe(0);
  expect(agent.output()).not.toContain('Debugger');
});

/** Runs the agent by this command line in a terminal of its own, and closes the terminal when the agent is connected. The shell, which
 * gets the SIGHUP, passes it on, and writes the exit status. */
async function closedTerminal(line: string) {
  const { child, result, read } = shell(
    `exec script --quiet --command "trap 'kill -HUP \\$!' HUP; ${line} > log & echo \\$! > pid; wait \\$!; wait \\$!; echo \\$? > status" /dev/null`,
    await agentOptions(),
  );
  await until('connected', () => read('log').includes('MQTT: connected'));
  const pid = Number(read('pid'));
  onTestFinished(() => kill(pid));
  child.kill('SIGKILL');
  await result;
  return { pid, log: () => read('log'), status: () => read('status') };
}

test.runIf(existsSync('/usr/bin/script'))(
  'closing the terminal stops the agent cleanly, but not under nohup',
  async () => {
    const { log, status } = await closedTerminal('agent');
    await until('stopped', () => log().includes('SIGHUP: stopping'));
    // By the signal, not by an abort of Node.
    await until('ended', () => status() === '129\n');
    const detached = await closedTerminal('nohup agent');
    process.kill(detached.pid, 'SIGTERM');
    await until('stopped', () => detached.log().includes('stopping'));
    expect(detached.log()).toContain('SIGTERM: stopping');
  },
);
