import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';

const status = 'infra-monitor/testling/status';
const isOnline = (payload: string) => payload === 'online';
const everySecond = { HOST_SCHEDULE: '* * * * * *' };

const root = '/sys/fs/cgroup';
const isUnified = existsSync(join(root, 'cgroup.controllers'));

/** A control group with these limits, which goes with the test. */
function startGroup(controller: 'memory' | 'cpu', limits: Record<string, string>) {
  const folder = join(isUnified ? root : join(root, controller), `scarce-${process.pid}`);
  if (isUnified) writeFileSync(join(root, 'cgroup.subtree_control'), `+${controller}`);
  mkdirSync(folder);
  onTestFinished(async () => {
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      process.kill(Number(pid), 'SIGKILL');
    await until('its processes have ended', () => readFileSync(join(folder, 'cgroup.procs'), 'utf8') === '', 60);
    rmdirSync(folder);
  });
  for (const [name, limit] of Object.entries(limits)) writeFileSync(join(folder, name), limit);
  return {
    add: (pid: number | undefined) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
  };
}

test.each([80, 64, 48])(
  'memory of %i MB, by a control group: it goes on, even if the kernel ends a command of it',
  { timeout: 60_000 },
  async (megabytes) => {
    const { url } = await startMosquitto();
    const { see, messages } = await observe(url);
    const group = startGroup('memory', {
      [isUnified ? 'memory.max' : 'memory.limit_in_bytes']: String(megabytes * 1024 ** 2),
    });
    const agent = startAgent({ MQTT_URL: url, ...everySecond });
    group.add(agent.process.pid);
    await see(status, isOnline, 30);
    await pause(10_000);
    expect(agent.process.exitCode ?? agent.process.signalCode).toBeNull();
    const before = messages.length;
    await until('readings go on', () => messages.length > before + 3);
    await agent.stop();
  },
);

test.each([10, 5])('%i hundredths of a processor: online, and it stays so', { timeout: 120_000 }, async (percent) => {
  const { url } = await startMosquitto();
  const { see, messages } = await observe(url);
  const group = startGroup(
    'cpu',
    isUnified ? { 'cpu.max': `${percent * 1000} 100000` } : { 'cpu.cfs_quota_us': String(percent * 1000) },
  );
  const agent = startAgent({ MQTT_URL: url, HOST_SCHEDULE: '*/10 * * * * *' });
  group.add(agent.process.pid);
  await see(status, isOnline, 60);
  await pause(30_000);
  const said = messages.flatMap(({ topic, payload, retained }) => (topic === status && !retained ? [payload] : []));
  expect(new Set(said)).toEqual(new Set(['online']));
  await agent.stop('SIGKILL');
});

test('no way to any network: the broker on this machine hears all, and what is unknown is said once', async () => {
  const settings = {
    MQTT_URL: 'embedded://127.0.0.1:18841',
    HTTP_PORT: '18842',
    AGENT_NAME: 'testling',
    HOST_SCHEDULE: '* * * * * *',
    ROUTER_SCHEDULE: '* * * * * *',
    PING_TARGETS: 'near=192.0.2.1,far=198.51.100.7,named=nowhere.example',
  };
  const command = 'ip link set lo up; exec "$0" "$1"';
  const child = spawn('unshare', ['-n', 'sh', '-c', command, process.execPath, program], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const inside = (...words: string[]) =>
    execFileSync('nsenter', ['-t', String(child.pid), '-n', ...words], { encoding: 'utf8' });
  await until('connected', () => output.includes('MQTT: connected'), 20);
  const times = (text: string) => output.split(text).length - 1;
  await until(
    'what is unknown is said',
    () => times('cannot resolve nowhere.example') * times('no default gateway') > 0,
    30,
  );
  await pause(5000);
  expect([times('cannot resolve nowhere.example'), times('no default gateway')]).toEqual([1, 1]);
  const { broker, collectors } = JSON.parse(inside('curl', '-s', 'http://127.0.0.1:18842/health/'));
  expect(broker.connected).toBe(true);
  expect([collectors.host.consecutiveFailures, collectors.router.consecutiveFailures]).toEqual([0, 0]);
});

test('the broker’s disk is full, and it dies: after its next start every topic is there', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=777', 'full', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  const mosquitto = await startMosquitto([
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${folder}/`,
    'autosave_interval 1',
  ]);
  const first = await observe(mosquitto.url);
  startAgent({ MQTT_URL: mosquitto.url, ...everySecond });
  await first.see(status, isOnline, 20);
  const names = (topics: ReadonlyMap<string, string>) =>
    [...topics.keys()].filter((topic) => !topic.endsWith('/echo')).sort();
  const before = names(first.topics);
  try {
    writeFileSync(join(folder, 'filling'), Buffer.alloc(64 * 1024));
  } catch {
    // What was left is taken.
  }
  await until(
    'the broker can’t save',
    () => /No space left|Unable to|Error saving|Error:/.test(mosquitto.output()),
    20,
  );
  await mosquitto.kill();
  rmSync(join(folder, 'filling'));
  await mosquitto.start();
  const second = await observe(mosquitto.url);
  await second.see(status, isOnline, 30);
  await until('every topic', () => before.every((topic) => second.topics.has(topic)), 20);
});
