// What a broker and a watch have to do for many agents:   npm run bench:lab [-- --agents 200] [-- --json FILE]
// [-- --broker URL,URL] for brokers that run already, such as a cluster (MQTT 3.1.1; their own figures are left out)
// Linux only (it reads /proc). The agents' sessions are real, several to a process; the watch is the built program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { bundleProgram } from '../helpers/bundle-program.mjs';
import { cpuOf, freePort, megabytesOf, program } from './process.mjs';

const { values: options } = parseArgs({
  options: { agents: { type: 'string', default: '200' }, json: { type: 'string' }, broker: { type: 'string' } },
});
const agents = Number(options.agents);
/** Seconds between two readings of an agent: six times as many as by default. */
const interval = 5;
const measuring = 60;
const folder = mkdtempSync(join(tmpdir(), 'bench-lab-'));
const say = (text) => process.stderr.write(`${text}\n`);

const fleetProgram = await bundleProgram(join(import.meta.dirname, 'fleet.ts'), folder);
const port = await freePort();
const url = options.broker ?? `mqtt://127.0.0.1:${port}`;
writeFileSync(
  join(folder, 'mosquitto.conf'),
  `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`,
);
const children = [];
const begin = (...args) => {
  const child = spawn(...args);
  children.push(child);
  return child;
};
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const startBroker = () => begin('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
let broker = options.broker === undefined ? startBroker() : undefined;

const observer = mqtt.connect(url.split(',').at(-1), {
  reconnectPeriod: 100,
  ...(broker === undefined ? { protocolVersion: 4 } : { protocolVersion: 5, properties: { receiveMaximum: 1000 } }),
});
const online = new Map();
const configs = new Map();
const rounds = new Map();
const topics = new Set();
let missed = 0;
let traffic = { messages: 0, bytes: 0 };
observer.on('message', (topic, payload) => {
  traffic.messages += 1;
  traffic.bytes += payload.length;
  const [first, name, collector, device, more] = topic.split('/');
  if (first === 'homeassistant') configs.set(topic, { at: performance.now(), bytes: payload.length });
  if (!topic.endsWith('/echo') && name?.startsWith('fleet')) topics.add(topic);
  if (collector === 'status' && name.startsWith('fleet')) {
    if (String(payload) === 'online') online.set(name, performance.now());
    else online.delete(name);
  }
  if (collector !== 'host' || device !== name || more !== undefined) return;
  const { failed_units: round } = JSON.parse(payload);
  const before = rounds.get(name);
  if (before !== undefined && round > before + 1) missed += round - before - 1;
  rounds.set(name, round);
});
observer.on('connect', () => observer.subscribe(['infra-monitor/#', 'homeassistant/device/#'], { qos: 1 }));
await once(observer, 'connect');

const until = async (what, look, seconds = 600) => {
  const end = performance.now() + seconds * 1000;
  while (!look()) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(50);
  }
};

const fleet = async (count) => {
  const have = online.size;
  for (let first = have; first < count; first += 50)
    begin(process.execPath, [fleetProgram, url, first, Math.min(50, count - first), interval], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  await until(`${count} agents online`, () => online.size === count);
};
const watch = (name, SITES) =>
  begin(process.execPath, [program], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      AGENT_NAME: name,
      SITE: 'Here',
      SITES,
      MQTT_URL: url,
      HTTP_PORT: '0',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      ROUTER_SCHEDULE: 'off',
    },
  });

const result = { node: process.version, agents, 'seconds between readings of an agent': interval };
const watching = watch('watch', 'true');
const plain = watch('plain', 'false');
const steps = [agents / 4, agents / 2, agents].map(Math.ceil);
const cost = [];
for (const count of steps) {
  await fleet(count);
  await pause(15_000);
  missed = 0;
  traffic = { messages: 0, bytes: 0 };
  const all = [watching, plain, ...(broker === undefined ? [] : [broker])];
  const before = all.map((one) => cpuOf(one).own);
  const began = performance.now();
  await pause(measuring * 1000);
  const seconds = (performance.now() - began) / 1000;
  const [watchers, plains, brokers] = all.map((one, index) => (cpuOf(one).own - before[index]) / seconds);
  cost.push(watchers - plains);
  say(`${count} agents: ${(traffic.messages / seconds).toFixed(0)} messages a second`);
  Object.assign(result, {
    [`${count}: messages per second`]: traffic.messages / seconds,
    [`${count}: kB per second`]: traffic.bytes / seconds / 1000,
    [`${count}: readings missed`]: missed,
    ...(broker === undefined
      ? {}
      : {
          [`${count}: broker’s CPU, %`]: brokers / 10,
          [`${count}: broker’s memory, MB`]: megabytesOf(broker, 'Rss'),
        }),
    [`${count}: watch’s CPU beyond a plain agent’s, %`]: (watchers - plains) / 10,
    [`${count}: the same per agent and second, ms`]: (watchers - plains) / count,
    [`${count}: watch’s memory, anonymous, MB`]: megabytesOf(watching, 'Anonymous'),
    [`${count}: a plain agent’s memory, anonymous, MB`]: megabytesOf(plain, 'Anonymous'),
  });
}
result['retained topics per agent'] = topics.size / agents;
result['bytes of announcements per agent'] =
  [...configs].filter(([topic]) => topic.includes('_fleet_')).reduce((sum, [, { bytes }]) => sum + bytes, 0) / agents;

if (broker !== undefined) {
  say('the broker is killed and starts again …');
  const before = topics.size;
  broker.kill('SIGKILL');
  await once(broker, 'close');
  online.clear();
  configs.clear();
  topics.clear();
  await pause(3000);
  broker = startBroker();
  const restarted = performance.now();
  await until('all online again', () => online.size === agents);
  const times = (entries) => entries.map((at) => (at - restarted) / 1000).toSorted((a, b) => a - b);
  const back = times([...online.values()]);
  const announced = times([...configs].filter(([topic]) => topic.includes('_fleet_')).map(([, { at }]) => at));
  /** The most within any one second. */
  const busiest = Math.max(...announced.map((from) => announced.filter((at) => at >= from && at < from + 1).length));
  await until('all topics again', () => topics.size >= before, 30).catch(() => undefined);
  const whole = (performance.now() - restarted) / 1000;
  Object.assign(result, {
    'restart: first agent online after, s': back[0],
    'restart: half of them, s': back[Math.floor(back.length / 2)],
    'restart: all, s': back.at(-1),
    'restart: most announcements within a second': busiest,
    'restart: all topics there or given up, s': whole,
    'restart: topics missing': before - topics.size,
  });
}

await observer.endAsync(true);
for (const [name, value] of Object.entries(result))
  console.log(
    `${name.padEnd(56)}${typeof value === 'number' ? value.toFixed(Number.isInteger(value) ? 0 : 2) : value}`,
  );
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
process.exit();
