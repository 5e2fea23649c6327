import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { freePort } from '../helpers/ports.ts';
import { agentOptions, answers, shell } from '../helpers/shell.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

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
