// What three FRITZ!Boxes with an account cost the built agent and themselves:   node test/bench/routers.mjs [--quick]
// [--json FILE] Linux only (it reads /proc), with Mosquitto and ping. Boxes are made up, in this process, which is not
// counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { cpuOf, freePort, program } from './process.mjs';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const interval = 10;
const warmUp = options.quick ? 1 : 3;
const cycles = options.quick ? 2 : 12;
const folder = mkdtempSync(join(tmpdir(), 'bench-'));

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, '../helpers/fritzbox/index.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
});
const { FritzBox } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
const boxes = await Promise.all(['dsl', 'cable', 'fibre'].map((profile) => new FritzBox(profile).start()));
const ports = boxes.map(({ address }) => Number(address.split(':')[1]));

const brokerPort = await freePort();
writeFileSync(join(folder, 'mosquitto.conf'), `listener ${brokerPort} 127.0.0.1\nallow_anonymous true\n`);
const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });

/** Starts the agent with these boxes, or with none of this. */
const start = (settings, httpPort) =>
  spawn(process.execPath, [program], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      AGENT_NAME: 'bench',
      MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
      HTTP_PORT: String(httpPort),
      HOST_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      AGENT_SCHEDULE: 'off',
      ROUTER_SCHEDULE: `*/${interval} * * * * *`,
      ...settings,
    },
  });

/** How many connections a box has at this moment. */
const openAt = (port) =>
  readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '01' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port).length;

const agent = start(
  {
    FRITZBOX_HOSTS: boxes.map(({ address }, index) => `box${index}=http://${address}/igddesc.xml`).join(','),
    FRITZBOX_USERNAME: 'monitor',
    FRITZBOX_PASSWORD: 'gürkensalat$1',
  },
  await freePort(),
);
process.stderr.write(`${warmUp} cycles of ${interval} s to warm up, then ${cycles} …\n`);
await pause(warmUp * interval * 1000);
const first = boxes.map(({ asked, connections }) => ({ requests: asked.length, connections }));
for (const box of boxes) {
  box.asked = [];
  box.connections = 0;
}
const before = cpuOf(agent);
let most = 0;
let idle = 0;
let samples = 0;
const sampler = setInterval(() => {
  const open = ports.map(openAt);
  most = Math.max(most, ...open);
  idle += open.reduce((sum, one) => sum + one, 0);
  samples += 1;
}, 20);
await pause(cycles * interval * 1000);
clearInterval(sampler);
const after = cpuOf(agent);
const perBox = (of) => boxes.reduce((sum, box) => sum + of(box), 0) / boxes.length / cycles;
const result = {
  node: process.version,
  [`requests to a box in the first ${warmUp} cycles`]:
    first.reduce((sum, { requests }) => sum + requests, 0) / boxes.length,
  'requests to a box, per cycle': perBox(({ asked }) => asked.length),
  'logins at a box, per cycle': perBox(({ logins }) => logins),
  'connections to a box, per cycle': perBox(({ connections }) => connections),
  'connections of one box at once, at most': most,
  'connections open at a time, all boxes': idle / samples,
  'CPU of a cycle of three boxes, ms': (after.own - before.own) / cycles,
  'CPU of their pings, ms': (after.children - before.children) / cycles,
};
agent.kill();
await once(agent, 'close');
broker.kill();
await Promise.all(boxes.map((box) => box.stop()));
rmSync(folder, { recursive: true });
for (const [name, value] of Object.entries(result))
  console.log(`${name.padEnd(52)}${typeof value === 'number' ? value.toFixed(1) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
