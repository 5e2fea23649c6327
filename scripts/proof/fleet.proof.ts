import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../test/helpers/agent.ts';
import { bundleProgram } from '../../test/helpers/bundle-program.mjs';
import { startMosquitto } from '../../test/helpers/mosquitto.ts';
import { until } from '../../test/helpers/until.ts';
import { options, progress, recordFigure } from './report.ts';

const { agents = 300, watches = 10 } = options;
const agentsPerProcess = 50;
/** Seconds between two readings of an agent. */
const readingSeconds = 5;
/** Seconds within which all have to be back. */
const backSeconds = 60;
/** Seconds within which a watch that is gone is missed, and its successor has heard of every agent. */
const takeOverSeconds = 180;
const status = /^infra-monitor\/(fleet_\d+)\/status$/;

test('fleet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = await bundleProgram(join(import.meta.dirname, '../../test/bench/fleet.ts'), folder);
  const broker = await startMosquitto(['allow_anonymous true', 'max_queued_messages 0']);
  const processes: ChildProcess[] = [];
  const startAgents = () => {
    for (let first = 0; first < agents; first += agentsPerProcess) {
      const count = Math.min(agentsPerProcess, agents - first);
      const args = [program, broker.url, String(first), String(count), String(readingSeconds)];
      processes.push(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    }
  };
  const killAgents = async () => {
    const closed = processes.map((one) => once(one, 'close'));
    for (const one of processes.splice(0)) one.kill('SIGKILL');
    await Promise.all(closed);
  };
  onTestFinished(killAgents);

  const observer = await mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 100 });
  onTestFinished(() => observer.endAsync(true));
  /** The agents that are online, and since when. */
  const online = new Map<string, number>();
  /** Everything but questions and answers on echo topics, which are not retained. */
  const topics = new Set<string>();
  const rounds = new Map<string, number>();
  /** Agents that the watch expects and has lost, by site. */
  const sites = new Map<string, { agents_expected: number; agents_lost: number }>();
  let missed = 0;
  observer.on('message', (topic, payload) => {
    const site = /^infra-monitor\/sites\/sites\/(site_\d+)$/.exec(topic)?.[1];
    if (site !== undefined && payload.length > 0) sites.set(site, JSON.parse(String(payload)));
    if (topic.includes('fleet_') && !topic.endsWith('/echo')) topics.add(topic);
    const agent = status.exec(topic)?.[1];
    if (agent !== undefined && String(payload) === 'online') online.set(agent, performance.now());
    else if (agent !== undefined) online.delete(agent);
    const [, name = '', collector, device, part] = topic.split('/');
    if (collector !== 'host' || device !== name || part !== undefined) return;
    const { failed_units: round } = JSON.parse(String(payload)) as { failed_units: number };
    const before = rounds.get(name);
    if (before !== undefined && round > before + 1) missed += round - before - 1;
    rounds.set(name, round);
  });
  await observer.subscribeAsync('#', { qos: 1 });

  /** Waits until all are online and every topic of before is there, and gives the seconds until half and all were
   * online. */
  const allBack = async (what: string, since: number, before: ReadonlySet<string>) => {
    await until(`${what}: all online`, () => online.size === agents, backSeconds);
    const times = [...online.values()].map((at) => (at - since) / 1000).toSorted((a, b) => a - b);
    const missing = () => [...before].filter((topic) => !topics.has(topic));
    await until(`${what}: every topic`, () => missing().length === 0, backSeconds).catch(() =>
      expect(missing(), `${what}: topics missing`).toEqual([]),
    );
    const result = { half: times[Math.floor(times.length / 2)] ?? 0, all: times.at(-1) ?? 0 };
    progress(`${what}: half online after ${result.half.toFixed(1)} s, all after ${result.all.toFixed(1)} s`);
    return result;
  };
  /** Lets all read for a while, and gives how many readings never came. */
  const missedIn = async (seconds: number) => {
    missed = 0;
    await pause(seconds * 1000);
    return missed;
  };

  const watchers = Array.from({ length: watches }, (_, index) =>
    startAgent({
      AGENT_NAME: `watch-${index}`,
      SITE: 'Watches',
      MQTT_URL: broker.url,
      SITES: 'true',
      HOST_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
    }),
  );
  const speaking = () => watchers.filter(({ output }) => /: published by this agent\n(?!.*standby)/s.test(output()));
  const count = (key: 'agents_expected' | 'agents_lost') =>
    [...sites.values()].reduce((sum, { [key]: agentCount }) => sum + agentCount, 0);
  /** One watch speaks, and it knows every agent and has lost none. */
  const allWatched = async (what: string) => {
    await until(
      `${what}: the watch knows all`,
      // A watch says that it speaks when the broker has acknowledged all that it knows.
      () => count('agents_expected') === agents && count('agents_lost') === 0 && speaking().length === 1,
      takeOverSeconds,
    ).catch(() =>
      expect([count('agents_expected'), count('agents_lost'), speaking().length], what).toEqual([agents, 0, 1]),
    );
  };

  startAgents();
  await allBack('first start', performance.now(), new Set());
  await allWatched('first start');
  // The last to come online have yet to say all that they know.
  await pause(2 * readingSeconds * 1000);
  const before = new Set(topics);
  expect(before.size).toBeGreaterThan(10 * agents);
  const missedAtFirst = await missedIn(6 * readingSeconds);
  progress(`${agents} agents, ${before.size} topics, ${missedAtFirst} readings missed`);

  await killAgents();
  await until('all offline by their wills', () => online.size === 0, backSeconds);
  rounds.clear();
  const restarted = performance.now();
  startAgents();
  const agentsBack = await allBack('agents killed and started', restarted, before);
  await pause(2 * readingSeconds * 1000);

  await broker.kill();
  online.clear();
  topics.clear();
  await pause(3000);
  const brokerStarted = performance.now();
  await broker.start();
  const brokerBack = await allBack('broker killed and started', brokerStarted, before);
  await pause(2 * readingSeconds * 1000);
  await allWatched('broker killed and started');
  sites.clear();
  const [speaker] = speaking();
  const ended = performance.now();
  await speaker?.stop('SIGKILL');
  watchers.splice(watchers.indexOf(speaker as (typeof watchers)[number]), 1);
  await allWatched('the watch that spoke is killed');
  const takenOverSeconds = (performance.now() - ended) / 1000;
  progress(`another watch speaks, and knows all, after ${takenOverSeconds.toFixed(0)} s`);
  const missedAtLast = await missedIn(6 * readingSeconds);
  const strangers = [...topics].filter((topic) => !before.has(topic));
  recordFigure(
    `${agents} agents, ${before.size} topics; all killed and started: all online after ${agentsBack.all.toFixed(1)} s (half ${agentsBack.half.toFixed(1)} s); broker killed and started empty: ${brokerBack.all.toFixed(1)} s (half ${brokerBack.half.toFixed(1)} s); 0 topics missing, ${missedAtFirst + missedAtLast} readings missed; of ${watches} watches one speaks, knows all and loses none; when it is killed, another one after ${takenOverSeconds.toFixed(0)} s`,
  );
  expect(strangers, 'topics that were not there before').toEqual([]);
  expect(online.size).toBe(agents);
  expect(missedAtFirst + missedAtLast, 'readings missed').toBe(0);
});
