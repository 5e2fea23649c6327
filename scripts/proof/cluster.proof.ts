import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../test/helpers/agent.ts';
import { freePort } from '../../test/helpers/ports.ts';
import { until } from '../../test/helpers/until.ts';
import { progress, recordFigure } from './report.ts';

/** Seconds in which a cluster of NATS has elected its leaders. */
const clusterSeconds = 120;
const server = process.env.NATS_SERVER ?? 'nats-server';
const login = { username: 'lab', password: 'lab' };

interface Node {
  url: string;
  start(): void;
  kill(): Promise<void>;
}

async function startCluster(): Promise<[Node, Node, Node]> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  const ports = await Promise.all(Array.from({ length: 9 }, () => freePort()));
  const routes = [3, 4, 5].map((index) => `"nats://127.0.0.1:${ports[index]}"`).join(', ');
  const nodes = [0, 1, 2].map((index): Node => {
    const file = join(folder, `${index}.conf`);
    writeFileSync(
      file,
      `server_name: n${index}
listen: 127.0.0.1:${ports[index + 6]}
jetstream { store_dir: "${join(folder, `store${index}`)}" }
cluster { name: lab, listen: 127.0.0.1:${ports[index + 3]}, routes: [${routes}] }
mqtt { listen: 127.0.0.1:${ports[index]}, stream_replicas: 3 }
accounts { LAB { users: [{ user: lab, password: lab }], jetstream: enabled }, SYS { users: [{ user: sys, password: sys }] } }
system_account: SYS
`,
    );
    let child: ChildProcess | undefined;
    return {
      url: `mqtt://127.0.0.1:${ports[index]}`,
      start: () => {
        child = spawn(server, ['-c', file], { stdio: 'ignore' });
      },
      async kill() {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'close');
      },
    };
  });
  for (const node of nodes) node.start();
  onTestFinished(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  });
  return nodes as [Node, Node, Node];
}

const seconds = (from: number) => (performance.now() - from) / 1000;

test('a cluster of three: a node is killed, then another one together with an agent', async () => {
  const [first, second, third] = await startCluster();
  /** The topics of all agents at the third node, which stays. */
  const topics = new Map<string, string>();
  const observer = await until(
    'the cluster',
    () => mqtt.connectAsync(third.url, { ...login, protocolVersion: 4, connectTimeout: 5000 }).catch(() => undefined),
    clusterSeconds,
  );
  onTestFinished(() => observer.endAsync(true));
  observer.on('message', (topic, payload) => topics.set(topic, String(payload)));
  await until(
    'a subscription',
    () =>
      observer.subscribeAsync('#').then(
        () => true,
        () => false,
      ),
    clusterSeconds,
  );

  const start = (name: string, nodes: Node[], more: Record<string, string> = {}) =>
    startAgent({
      AGENT_NAME: name,
      SITE: 'Berlin',
      MQTT_URL: nodes.map(({ url }) => url).join(','),
      MQTT_USERNAME: login.username,
      MQTT_PASSWORD: login.password,
      HOST_SCHEDULE: '*/2 * * * * *',
      NVME_SCHEDULE: 'off',
      ...more,
    });
  const nas = start('nas', [first, second, third]);
  const pi = start('pi', [second, third]);
  start('watch', [third, second], { SITES: 'true', HOST_SCHEDULE: 'off' });
  const site = () => topics.get('infra-monitor/sites/sites/berlin') ?? '';
  await until('all agents are online', () => JSON.parse(site() || '{}').agents_expected === 3, clusterSeconds);
  await until('a reading of nas', () => topics.has('infra-monitor/nas/host/nas'), clusterSeconds);
  progress('three agents are online');

  const ofNas = () =>
    new Map(
      [...topics].filter(
        ([topic]) =>
          /^(infra-monitor\/nas|homeassistant\/device\/infra-monitor_nas)\//.test(topic) && !topic.endsWith('/echo'),
      ),
    );
  const before = ofNas();
  const reading = topics.get('infra-monitor/nas/host/nas');
  const killed = performance.now();
  await first.kill();
  const atNext = async () => {
    await until('nas is at another node', () => nas.output().split('MQTT: connected to').length === 3, 60);
    return seconds(killed);
  };
  /** The other nodes may have to elect a leader first. */
  const available = async () => {
    await until('the second node', () => canRetain(second), 60);
    return seconds(killed);
  };
  const [backSeconds, availableSeconds] = await Promise.all([atNext(), available()]);
  progress(
    `the next node keeps messages after ${availableSeconds.toFixed(1)} s, nas is back after ${backSeconds.toFixed(1)} s`,
  );
  expect(backSeconds).toBeLessThan(Math.max(5, availableSeconds + 5));
  await until('a new reading', () => topics.get('infra-monitor/nas/host/nas') !== reading, 60);
  expect(topics.get('infra-monitor/nas/status')).toBe('online');
  const reader = await mqtt.connectAsync(second.url, { ...login, protocolVersion: 4 });
  onTestFinished(() => reader.endAsync(true));
  const retained = new Set<string>();
  reader.on('message', (topic, _payload, { retain }) => retain && retained.add(topic));
  await reader.subscribeAsync(['infra-monitor/nas/#', 'homeassistant/device/infra-monitor_nas/#']);
  await until('every topic of nas', () => [...before.keys()].every((topic) => retained.has(topic)), 30);

  first.start();
  await until('the cluster is whole', () => canRetain(first), clusterSeconds);
  progress('the first node is back');
  // The node of an agent and the agent, as if one machine lost its power.
  const lost = performance.now();
  await Promise.all([second.kill(), pi.stop('SIGKILL')]);
  await until('the watch tells it', () => site().includes('agent pi is lost'), 180);
  const toldSeconds = seconds(lost);
  const status = topics.get('infra-monitor/pi/status');
  progress(`pi, whose status is ${status}, is told to be lost after ${toldSeconds.toFixed(0)} s`);
  const isOnline = () => topics.get('infra-monitor/nas/status') === 'online';
  await until('nas is online', isOnline, 60);
  recordFigure(
    `NATS, three nodes with JetStream: the agent of a killed node is online at the next after ${backSeconds.toFixed(1)} s (which keeps messages again after ${availableSeconds.toFixed(1)} s), 0 of ${before.size} topics missing; an agent that dies with its node is told after ${toldSeconds.toFixed(0)} s, its will ${status === 'online' ? 'lost' : 'published'}`,
  );
});

/** Whether the node takes a retained message. */
async function canRetain({ url }: Node): Promise<boolean> {
  try {
    const client = await mqtt.connectAsync(url, {
      ...login,
      protocolVersion: 4,
      connectTimeout: 3000,
      reconnectPeriod: 0,
    });
    await Promise.race([
      client.publishAsync('proof', 'x', { qos: 1, retain: true }),
      new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), 5000)),
    ]).finally(() => client.endAsync(true));
    return true;
  } catch {
    return false;
  }
}
