// Programs beside each other on one machine and one Mosquitto: only the ratios of such runs are worth something on a
// machine that does other things too.
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { program as builtProgram, cpuOf, freePort, megabytesOf } from './process.mjs';

/** Seconds between two readings. */
export const cycleSeconds = 10;
const floorProgram = join(import.meta.dirname, 'floor.mjs');

/** The floor, and an agent: what is measured has a name, begins the topics of its states with `states`, or is asked for
 * them over HTTP (`isAsked`), and is started with a command, an environment and files in a folder of its own. */
export const floor = ({ name = 'floor', node = process.execPath } = {}) => ({
  name,
  states: `infra-monitor/${name}/host`,
  start: ({ url }) => ({ command: [node, floorProgram, cycleSeconds], env: { AGENT_NAME: name, MQTT_URL: url } }),
});
export const agent = ({ name, node = process.execPath, program = builtProgram, env = {} }) => ({
  name,
  states: `infra-monitor/${name}/host`,
  start: ({ url, httpPort }) => ({
    command: [node, program],
    env: {
      AGENT_NAME: name,
      MQTT_URL: url,
      HTTP_PORT: httpPort,
      ROUTER_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      HOST_SCHEDULE: `*/${cycleSeconds} * * * * *`,
      ...env,
    },
  }),
});

/** Runs Mosquitto for `run`, which gets its port and URL, a folder, and a client that hears everything. */
async function withMosquitto(run) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  const observer = mqtt.connect(url, { reconnectPeriod: 50 });
  await once(observer, 'connect');
  await observer.subscribeAsync('#');
  try {
    return await run({ folder, port, url, observer });
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

/** Starts a program as a user would. */
async function start(contestant, { folder: parent, ...broker }) {
  const [folder, httpPort] = [mkdtempSync(join(parent, 'program-')), await freePort()];
  const { command, env = {}, files = {} } = contestant.start({ ...broker, folder, httpPort });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [file, ...args] = command.map(String);
  const options = { cwd: folder, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: folder, ...env } };
  const child = spawn(file, args, options);
  running.add(child);
  return Object.assign(child, {
    ask: contestant.isAsked ? () => textAt(`http://127.0.0.1:${httpPort}/metrics`) : undefined,
  });
}

const textAt = async (url) => {
  const answer = await fetch(url);
  return answer.text();
};

const end = async (child) => {
  running.delete(child);
  child.kill();
  await once(child, 'close');
};

/** Ends with the first state that a program publishes, or answers with. */
async function firstState({ states }, child, observer) {
  const signal = AbortSignal.timeout(60_000);
  if (child.ask !== undefined) {
    while (!(await child.ask().catch(() => undefined))) await pause(5, undefined, { signal });
    return;
  }
  for await (const [topic] of on(observer, 'message', { signal })) if (topic.startsWith(states)) return;
}

/** Milliseconds from the start to the first state, on the clock and of the processor, children included. */
async function measureStart(contestant, context) {
  const began = performance.now();
  const child = await start(contestant, context);
  await firstState(contestant, child, context.observer);
  const { own, children } = cpuOf(child);
  const wall = performance.now() - began;
  await end(child);
  return { 'to the first state, ms': wall, 'CPU to the first state, ms': own + children };
}

/** What all of them need after `warmUp` seconds, over `cycles` cycles; `memory` as in `megabytesOf`, by title. */
async function measureSteady(contestants, { warmUp, cycles, memory }, context) {
  const children = [];
  for (const contestant of contestants) children.push(await start(contestant, context));
  await pause(warmUp * 1000);
  const before = children.map(cpuOf);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await pause(cycleSeconds * 1000);
    for (const child of children) await child.ask?.();
  }
  const results = children.map((child, index) => {
    const megabytes = Object.entries(memory).map(([title, key]) => [title, megabytesOf(child, key)]);
    return {
      // Without commands: the package manager is asked a few times a day, and takes as much as an hour of cycles.
      'CPU of a cycle, ms': (cpuOf(child).own - before[index].own) / cycles,
      ...Object.fromEntries(megabytes),
    };
  });
  await Promise.all(children.map(end));
  return results;
}

const usualMemory = { 'resident, MB': 'Rss', 'anonymous, MB': 'Anonymous' };

/** The figures of each contestant in each of `runs` rounds; in every round all of them run at the same time, and start
 * in turn. */
export const measureSideBySide = (contestants, { runs, memory = usualMemory, ...plan }) =>
  withMosquitto(async (context) => {
    const rounds = [];
    for (let run = 0; run < runs; run += 1) {
      process.stderr.write(`round ${run + 1} of ${runs} …\n`);
      const starts = [];
      for (const contestant of contestants) starts.push(await measureStart(contestant, context));
      const steady = await measureSteady(contestants, { ...plan, memory }, context);
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
