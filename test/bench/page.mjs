// What the page costs the built agent:   npm run build && node test/bench/page.mjs [--json FILE]
// Linux only (it reads /proc). Loads the page, then lets 50 listen to its changes, with a host that is read every second.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const program = join(import.meta.dirname, '../../dist/infra-monitor.js');
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const loads = 300;
const listeners = 50;
const seconds = 30;
const say = (text) => process.stderr.write(`${text}\n`);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
};

const port = await freePort();
const agent = spawn(process.execPath, [program], {
  cwd: folder,
  stdio: 'ignore',
  env: { PATH: process.env.PATH, AGENT_NAME: 'bench', MQTT_URL: `embedded://127.0.0.1:${await freePort()}`, HTTP_PORT: String(port), HOST_SCHEDULE: '* * * * * *' },
});
const url = `http://127.0.0.1:${port}/`;

/** Milliseconds of all threads so far. */
const cpu = () =>
  readdirSync(`/proc/${agent.pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${agent.pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
const megabytes = () => Number(/^Rss: +(\d+)/m.exec(readFileSync(`/proc/${agent.pid}/smaps_rollup`, 'utf8'))[1]) / 1024;

const load = async () => {
  const began = performance.now();
  const bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
  return { ms: performance.now() - began, bytes };
};
for (let tries = 0; tries < 200; tries += 1) {
  if (await load().catch(() => undefined)) break;
  await pause(50);
}

say('20 s to warm up …');
await pause(20_000);
say(`${loads} loads …`);
const beforeLoads = cpu();
const loaded = [];
for (let index = 0; index < loads; index += 1) loaded.push(await load());
const cpuOfLoad = (cpu() - beforeLoads) / loads;

say(`${seconds} s with nobody who listens …`);
await pause(2000);
let before = cpu();
await pause(seconds * 1000);
const alone = (cpu() - before) / seconds;
const memoryAlone = megabytes();

say(`${seconds} s with ${listeners} who listen …`);
let bytes = 0;
let messages = 0;
const requests = Array.from({ length: listeners }, () =>
  get(`${url}events`, (answer) =>
    answer.on('data', (chunk) => {
      bytes += chunk.length;
      messages += chunk.toString().split('\n\n').length - 1;
    }),
  ).on('error', () => undefined),
);
await pause(3000);
before = cpu();
bytes = 0;
messages = 0;
await pause(seconds * 1000);
const listened = (cpu() - before) / seconds;
const memoryListened = megabytes();
for (const request of requests) request.destroy();

agent.kill();
await once(agent, 'close');
rmSync(folder, { recursive: true });

const result = {
  node: process.version,
  'the page, bytes': loaded.at(-1).bytes,
  'a load, ms (median)': median(loaded.map(({ ms }) => ms)),
  'CPU of a load, ms': cpuOfLoad,
  'CPU with no listener, ms per second': alone,
  [`CPU with ${listeners} listeners, ms per second`]: listened,
  'messages to a listener, per second': messages / listeners / seconds,
  'bytes to a listener, per second': bytes / listeners / seconds,
  'resident with no listener, MB': memoryAlone,
  [`resident with ${listeners} listeners, MB`]: memoryListened,
};
for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(52)}${typeof value === 'number' ? value.toFixed(1) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
