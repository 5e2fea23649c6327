// What the built agent costs, on a real Mosquitto:   npm run bench [-- --quick] [-- --json FILE]
// Linux only (it reads /proc). Prints a table; times are medians, and worth comparing only within one run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { cpuOf, freePort, megabytesOf, program } from './process.mjs';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const starts = options.quick ? 3 : 7;
const interval = 10;
const warmUp = options.quick ? 10 : 30;
const cycles = options.quick ? 3 : 12;
const fastCycles = options.quick ? 20 : 300;
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const say = (text) => process.stderr.write(`${text}\n`);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const port = await freePort();
writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
const observer = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
await once(observer, 'connect');
await observer.subscribeAsync('infra-monitor/#');
let traffic = { messages: 0, bytes: 0 };
observer.on('message', (topic, payload) => {
  traffic.messages += 1;
  traffic.bytes += payload.length;
  observer.emit(topic);
});

/** Starts the agent as a user would, with a host cycle of `seconds`. */
const start = (seconds, name) =>
  spawn(process.execPath, [program], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      AGENT_NAME: name,
      MQTT_URL: `mqtt://127.0.0.1:${port}`,
      HTTP_PORT: String(httpPort),
      ROUTER_SCHEDULE: 'off',
      HOST_SCHEDULE: `*/${seconds} * * * * *`,
    },
  });
const httpPort = await freePort();
const end = async (child) => {
  child.kill();
  await once(child, 'close');
};

const memoryOf = (process) => ({
  resident: megabytesOf(process, 'Rss'),
  proportional: megabytesOf(process, 'Pss'),
  anonymous: megabytesOf(process, 'Anonymous'),
});
const wholeCpuOf = (process) => {
  const { own, children } = cpuOf(process);
  return own + children;
};
/** The kernel numbers processes one after the other: how many began anywhere on this machine. */
const processesBegun = () => Number(/^processes (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))[1]);

say(`${starts} starts …`);
const firstStates = [];
for (let index = 0; index < starts; index += 1) {
  const began = performance.now();
  const child = start(10, `start-${index}`);
  await once(observer, `infra-monitor/start_${index}/host/start_${index}`);
  firstStates.push(performance.now() - began);
  await end(child);
}

say(`${warmUp} s to warm up, then ${cycles} host cycles of ${interval} s …`);
const child = start(interval, 'steady');
await pause(warmUp * 1000);
const afterStart = memoryOf(child);
traffic = { messages: 0, bytes: 0 };
const before = { cpu: wholeCpuOf(child), begun: processesBegun() };
await pause(cycles * interval * 1000);
const cpu = (wholeCpuOf(child) - before.cpu) / cycles;
const begun = processesBegun() - before.begun;
const perCycle = { messages: traffic.messages / cycles, bytes: traffic.bytes / cycles };
await end(child);

say(`${fastCycles} host cycles of 1 s …`);
const fast = start(1, 'fast');
await pause(fastCycles * 1000);
const afterCycles = memoryOf(fast);
await end(fast);

await observer.endAsync(true);
broker.kill();
rmSync(folder, { recursive: true });

const result = {
  node: process.version,
  'exec to first retained state, ms': median(firstStates),
  'CPU of a host cycle with all else, ms': cpu,
  'processes begun on the whole machine, per cycle': begun / cycles,
  'messages per cycle': perCycle.messages,
  'bytes per cycle': perCycle.bytes,
  [`resident after ${warmUp} s, MB`]: afterStart.resident,
  [`anonymous after ${warmUp} s, MB`]: afterStart.anonymous,
  [`resident after ${fastCycles} fast cycles, MB`]: afterCycles.resident,
  [`anonymous after ${fastCycles} fast cycles, MB`]: afterCycles.anonymous,
};
for (const [name, value] of Object.entries(result))
  console.log(`${name.padEnd(52)}${typeof value === 'number' ? value.toFixed(1) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
