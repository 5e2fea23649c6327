// Programs beside each other on one machine and one Mosquitto: only the ratios of such runs are worth something on a
// machine that does other things too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { cpuOf, freePort, megabytesOf } from './process.mjs';

const cycleSeconds = 10;
export const floorProgram = join(import.meta.dirname, 'floor.mjs');

/** Runs Mosquitto for `run`, which gets its URL and a client that hears everything below infra-monitor/. */
async function withMosquitto(run) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const port = await freePort();
  writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  const observer = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
  await once(observer, 'connect');
  await observer.subscribeAsync('infra-monitor/#');
  observer.on('message', (topic) => observer.emit(`below ${topic.split('/')[1]}`, topic));
  try {
    return await run({ folder, url: `mqtt://127.0.0.1:${port}`, observer });
  } finally {
    await observer.endAsync(true);
    broker.kill();
    rmSync(folder, { recursive: true });
  }
}

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill();
});

/** Starts a program of `{ name, node, program }` as a user would, with the host alone and a server. */
async function start({ name, node = process.execPath, program }, { folder, url }) {
  const child = spawn(node, [program, String(cycleSeconds)].slice(0, program === floorProgram ? 2 : 1), {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      AGENT_NAME: name,
      MQTT_URL: url,
      HTTP_PORT: String(await freePort()),
      ROUTER_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      HOST_SCHEDULE: `*/${cycleSeconds} * * * * *`,
    },
  });
  running.add(child);
  return child;
}

const end = async (child) => {
  running.delete(child);
  child.kill();
  await once(child, 'close');
};

/** Milliseconds from the start to the first state, on the clock and of the processor, children included. */
async function measureStart(contestant, context) {
  const began = performance.now();
  const first = once(context.observer, `below ${contestant.name}`, { signal: AbortSignal.timeout(60_000) });
  const child = await start(contestant, context);
  await first;
  const { own, children } = cpuOf(child);
  const wall = performance.now() - began;
  await end(child);
  return { 'to the first state, ms': wall, 'CPU to the first state, ms': own + children };
}

/** What all of them need after `warmUp` seconds, over `cycles` cycles. */
async function measureSteady(contestants, { warmUp, cycles }, context) {
  const children = [];
  for (const contestant of contestants) children.push(await start(contestant, context));
  await pause(warmUp * 1000);
  const before = children.map(cpuOf);
  await pause(cycles * cycleSeconds * 1000);
  const results = children.map((child, index) => {
    return {
      // Without commands: the package manager is asked a few times a day, and takes as much as an hour of cycles.
      'CPU of a cycle, ms': (cpuOf(child).own - before[index].own) / cycles,
      'resident, MB': megabytesOf(child, 'Rss'),
      'anonymous, MB': megabytesOf(child, 'Anonymous'),
    };
  });
  await Promise.all(children.map(end));
  return results;
}

/** The figures of each contestant in each of `runs` rounds; in every round all of them run at the same time, and start
 * in turn. */
export const measureSideBySide = (contestants, { runs, warmUp, cycles }) =>
  withMosquitto(async (context) => {
    const rounds = [];
    for (let run = 0; run < runs; run += 1) {
      process.stderr.write(`round ${run + 1} of ${runs} …\n`);
      const starts = [];
      for (const contestant of contestants) starts.push(await measureStart(contestant, context));
      const steady = await measureSteady(contestants, { warmUp, cycles }, context);
      rounds.push(contestants.map((_, index) => ({ ...starts[index], ...steady[index] })));
    }
    return rounds;
  });

/** Median, least and most. */
export function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted.at(-1) };
}

/** Each figure of `index` as a ratio to that of `to` in the same round. */
export const ratios = (rounds, index, to) =>
  Object.fromEntries(
    Object.keys(rounds[0][index]).map((figure) => [
      figure,
      spread(rounds.map((round) => round[index][figure] / round[to][figure])),
    ]),
  );

export const printRatios = (title, all) => {
  console.log(title);
  for (const [figure, { median, least, most }] of Object.entries(all))
    console.log(`  ${figure.padEnd(28)}${median.toFixed(2).padStart(6)}  (${least.toFixed(2)} to ${most.toFixed(2)})`);
};
