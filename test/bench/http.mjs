// What the built agent's server costs with 500 series:   npm run bench:http [-- --json FILE]
// Linux only (it reads /proc). Times are of whole requests over the loopback, and worth comparing only within one run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cpuOf, freePort, megabytesOf, program } from './process.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const interfaces = 46;
const requests = 200;
/** As many as the server takes (eventStreams in src/model/bounds.ts). */
const listeners = 40;
const listening = 30;
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const say = (text) => process.stderr.write(`${text}\n`);
const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const at = (numbers, share) => sorted(numbers)[Math.floor((numbers.length - 1) * share)];

/** A machine with many network interfaces. */
const write = (path, content) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const names = Array.from({ length: interfaces }, (_, index) => `eth${index}`);
write(
  'proc/net/dev',
  `Inter-|\n face |\n${names.map((name, index) => `  ${name}: ${index * 1e9} 1 0 0 0 0 0 0 ${index * 1e8} 1 0 0 0 0 0 0`).join('\n')}\n`,
);
write('proc/stat', 'cpu  1 2 3 4 5 6 7 8 0 0\nbtime 1767225600\n');
write('proc/meminfo', 'MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n');
write('root/etc/hostname', 'bench\n');
for (const name of names) {
  write(`sys/class/net/${name}/device/vendor`, '0x8086');
  write(`sys/class/net/${name}/carrier`, '1');
  write(`sys/class/net/${name}/speed`, '1000');
}

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const child = spawn(process.execPath, [program], {
  cwd: folder,
  stdio: 'ignore',
  env: {
    PATH: process.env.PATH,
    AGENT_NAME: 'bench',
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
    HOST_PROC: join(folder, 'proc'),
    HOST_SYS: join(folder, 'sys'),
    HOST_ROOT: join(folder, 'root'),
    HOST_SCHEDULE: '*/5 * * * * *',
  },
});

const cpu = () => cpuOf(child).own;

const seriesOf = (text) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
let series = 0;
for (let tries = 0; series < 500 && tries < 150; tries += 1) {
  await pause(200);
  series = await fetch(`${url}/metrics`).then(
    async (answer) => seriesOf(await answer.text()),
    () => 0,
  );
}
await pause(10_000);

const result = { node: process.version, series };

/** Asks one after the other, the first few to warm up. */
async function measure(name, path, headers = {}) {
  say(`${requests} × ${path} …`);
  const times = [];
  let bytes = 0;
  for (let index = 0; index < 30; index += 1) await (await fetch(url + path, { headers })).text();
  const before = cpu();
  for (let index = 0; index < requests; index += 1) {
    const began = performance.now();
    bytes = Buffer.byteLength(await (await fetch(url + path, { headers })).text());
    times.push(performance.now() - began);
  }
  Object.assign(result, {
    [`${name}, bytes`]: bytes,
    [`${name}, ms (median)`]: at(times, 0.5),
    [`${name}, ms (95 %)`]: at(times, 0.95),
    [`${name}, CPU ms`]: (cpu() - before) / requests,
  });
}

await measure('/metrics', '/metrics');
await measure('/metrics as OpenMetrics', '/metrics', { accept: 'application/openmetrics-text' });
await measure('/host/status', '/host/status');
await measure('page', '/');

say(`${listening} s with nobody, then with ${listeners} who listen to events …`);
const quiet = cpu();
await pause(listening * 1000);
const alone = (cpu() - quiet) / listening;
let heard = 0;
const leave = new AbortController();
const streams = await Promise.all(
  Array.from({ length: listeners }, async () => {
    const { body, status } = await fetch(`${url}/events`, { signal: leave.signal });
    if (status !== 200) throw new Error(`/events answers ${status}`);
    const listen = async () => {
      for await (const chunk of body) heard += chunk.length;
    };
    return { over: listen().catch(() => undefined) };
  }),
);
await pause(2000);
heard = 0;
const busy = cpu();
await pause(listening * 1000);
Object.assign(result, {
  'CPU without listeners, ms a second': alone,
  [`CPU with ${listeners} listeners, ms a second`]: (cpu() - busy) / listening,
  [`sent to ${listeners} listeners, kB a second`]: heard / listening / 1000,
  [`resident with ${listeners} listeners, MB`]: megabytesOf(child, 'Rss'),
});
leave.abort();
await Promise.all(streams.map(({ over }) => over));

child.kill();
await once(child, 'close');
rmSync(folder, { recursive: true });
for (const [name, value] of Object.entries(result))
  console.log(`${name.padEnd(52)}${typeof value === 'number' ? value.toFixed(2) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
