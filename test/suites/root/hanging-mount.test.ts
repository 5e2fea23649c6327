import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

/** A FUSE file system; a stopped daemon does not answer, like a dead server. */
async function sleepyMount(): Promise<{ point: string; daemon: ChildProcess }> {
  const point = mkdtempSync(join(tmpdir(), 'sleepy-'));
  const daemon = spawn('/usr/bin/python3', [join(import.meta.dirname, 'sleepy-fs.py'), point], { stdio: 'inherit' });
  onTestFinished(async () => {
    daemon.kill('SIGCONT');
    spawnSync('umount', ['--lazy', point]);
    daemon.kill('SIGKILL');
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'close');
    rmSync(point, { recursive: true, force: true });
  });
  await until('mounted', () => readFileSync('/proc/mounts', 'utf8').includes(point));
  return { point, daemon };
}

/** The commands that a process has running now. */
const children = (pid: number | undefined) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
    .flatMap((name) => {
      try {
        const [, command = '', parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return Number(parent) === pid ? [command] : [];
      } catch {
        return [];
      }
    });

/** What df says of a mount. */
function GiB(point: string, ...columns: string[]): number[] {
  const { stdout } = spawnSync('df', ['-B1', `--output=${columns.join(',')}`, point], { encoding: 'utf8' });
  const bytes = stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
  return bytes.map((one) => Math.round((Number(one) / 1024 ** 3) * 100) / 100);
}

/** How long a reading waits for a mount. */
const answerTimeoutMs = 2000;

interface Told {
  lastSuccess: string;
  devices: { parts: { id: string; available: boolean; error?: string }[] }[];
}

const topicOf = (point: string) =>
  `infra-monitor/testling/host/testling/filesystem_${point
    .slice(1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')}`;

test('a mount that hangs takes nothing else along, and is back when it is back', async () => {
  const { point, daemon } = await sleepyMount();
  const mosquitto = await startMosquitto();
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    HTTP_PORT: String(port),
    HOST_SCHEDULE: '* * * * * *',
    HOST_FILESYSTEMS: `/,${point}`,
  });
  const { see } = await observe(mosquitto.url);
  const topic = topicOf(point);
  const [total, free] = GiB(point, 'size', 'avail');
  expect(total).toBe(38.15);
  expect(JSON.parse(await see(topic))).toMatchObject({ used: 44.4, total, free, inodes_used: 10, read_only: 'OFF' });

  daemon.kill('SIGSTOP');
  await see(`${topic}/availability`, (payload) => payload === 'offline');
  const status = async () => (await (await fetch(`http://127.0.0.1:${port}/host/status`)).json()) as Told;
  const partsOf = (told: Told) => told.devices[0]?.parts ?? [];
  expect(partsOf(await status()).find(({ id }) => id === point)).toMatchObject({
    available: false,
    error: expect.stringMatching(/no answer in 2 s|does not answer/),
  });
  expect(partsOf(await status()).find(({ id }) => id === 'root')).toMatchObject({ available: true });

  // Once it is known to hang, the others keep their pace: whatever waits for an answer succeeds two seconds later at
  // the soonest.
  let mostCommands = 0;
  const successes: number[] = [];
  await until(
    'readings that do not wait',
    async () => {
      mostCommands = Math.max(mostCommands, children(agent.process.pid).filter((command) => command === 'stat').length);
      const success = Date.parse((await status()).lastSuccess);
      if (success !== successes.at(-1)) successes.push(success);
      return successes.filter((at, index) => at - (successes[index - 1] ?? 0) < answerTimeoutMs).length >= 4;
    },
    40,
  );
  expect(mostCommands, 'commands for the one mount').toBeLessThanOrEqual(1);
  expect(
    agent
      .output()
      .split('\n')
      .filter((line) => line.includes(point) && line.includes('no answer in 2 s')),
  ).toHaveLength(1);

  daemon.kill('SIGCONT');
  await see(`${topic}/availability`, (payload) => payload === 'online');
  expect(agent.output()).toMatch(/available again after/);
  // The agent may be asking it right now.
  await until('unmounted', () => spawnSync('umount', [point]).status === 0);
  await see(`${topic}/availability`, (payload) => payload === 'offline');
});

/** Waits for so many further readings of the host. */
async function readings(port: number, count: number, meanwhile: () => void = () => {}): Promise<void> {
  const successes = new Set<string>();
  await until(
    `${count} readings`,
    async () => {
      meanwhile();
      const status = await fetch(`http://127.0.0.1:${port}/host/status`);
      successes.add(((await status.json()) as Told).lastSuccess);
      return successes.size > count;
    },
    40,
  );
}

test('a mount that is left out is not asked, hang or not', async () => {
  const { point, daemon } = await sleepyMount();
  daemon.kill('SIGSTOP');
  const mosquitto = await startMosquitto();
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    HTTP_PORT: String(port),
    HOST_SCHEDULE: '* * * * * *',
    HOST_FILESYSTEMS: `/,${point}`,
    HOST_FILESYSTEMS_EXCLUDE: point,
  });
  const { see, topics } = await observe(mosquitto.url);
  await see('infra-monitor/testling/host/testling');
  // A command that asks it would hang, and be seen.
  await readings(port, 4, () => expect(children(agent.process.pid)).not.toContain('stat'));
  expect([...topics.keys()].filter((topic) => topic.startsWith(topicOf(point)))).toEqual([]);
  expect(topics.has('infra-monitor/testling/host/testling/filesystem_root')).toBe(true);
});

test('no process is started in a steady cycle', async () => {
  const mosquitto = await startMosquitto();
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    HTTP_PORT: String(port),
    HOST_SCHEDULE: '* * * * * *',
    HOST_FILESYSTEMS: '/',
  });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  // The second reading is the first to ask the package manager.
  await readings(port, 3);
  await until('the inventory and the package manager are done', () => children(agent.process.pid).length === 0, 40);
  const traced = spawnSync(
    'timeout',
    ['5', 'strace', '-f', '-e', 'trace=execve,fork,vfork,clone,clone3', '-p', String(agent.process.pid)],
    { encoding: 'utf8' },
  );
  expect(traced.stderr).toContain('attached');
  expect(traced.stderr.split('\n').filter((line) => /execve|fork\(|clone/.test(line))).toEqual([]);
});
