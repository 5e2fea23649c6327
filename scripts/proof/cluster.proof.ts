import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { type AgentProcess, startAgent } from '../../test/helpers/agent.ts';
import { freePort } from '../../test/helpers/ports.ts';
import { until } from '../../test/helpers/until.ts';
import { progress, recordFigure } from './report.ts';

/** Seconds in which a cluster of NATS has elected its leaders. */
const clusterSeconds = 120;
const server = process.env.NATS_SERVER ?? 'nats-server';
const login = { username: 'lab', password: 'lab' };

/** What a session, its will and its retained messages need. */
const neededStreams = ['$MQTT_sess', '$MQTT_msgs', '$MQTT_rmsgs'];

interface Node {
  name: string;
  url: string;
  /** Where it tells which node leads what. */
  monitor: string;
  start(): void;
  kill(): Promise<void>;
}

async function startCluster(): Promise<[Node, Node, Node]> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  const ports = await Promise.all(Array.from({ length: 12 }, () => freePort()));
  const routes = [3, 4, 5].map((index) => `"nats://127.0.0.1:${ports[index]}"`).join(', ');
  const nodes = [0, 1, 2].map((index): Node => {
    const file = join(folder, `${index}.conf`);
    writeFileSync(
      file,
      `server_name: n${index}
listen: 127.0.0.1:${ports[index + 6]}
http: 127.0.0.1:${ports[index + 9]}
jetstream { store_dir: "${join(folder, `store${index}`)}" }
cluster { name: lab, listen: 127.0.0.1:${ports[index + 3]}, routes: [${routes}] }
mqtt { listen: 127.0.0.1:${ports[index]}, stream_replicas: 3 }
accounts { LAB { users: [{ user: lab, password: lab }], jetstream: enabled }, SYS { users: [{ user: sys, password: sys }] } }
system_account: SYS
`,
    );
    let child: ChildProcess | undefined;
    return {
      name: `n${index}`,
      url: `mqtt://127.0.0.1:${ports[index]}`,
      monitor: `http://127.0.0.1:${ports[index + 9]}`,
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
  const nodes = await startCluster();
  await until('the cluster', () => canRetain(nodes[0]), clusterSeconds);
  const leading = await until('leaders', async () => (await leaders(nodes[0])).get('$MQTT_sess'), clusterSeconds);
  const first = nodes.find(({ name }) => name === leading) ?? nodes[0];
  const [second, third] = nodes.filter((node) => node !== first) as [Node, Node];
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
  const connections = (agent: AgentProcess) => agent.output().split('MQTT: connected to').length - 1;
  /** Seconds from the death of the first node until NATS has leaders for all that a session needs, until the next node
   * has the CONNECT of the agent, and until the agent is back: all that it sent is acknowledged. */
  const killFirst = async (agent: AgentProcess, name: string) => {
    const isElected = async () => {
      const names = await leaders(third);
      return neededStreams.every((stream) => ![undefined, '', first.name].includes(names.get(stream)));
    };
    const before = connections(agent);
    const killed = performance.now();
    await first.kill();
    const elected = until('leaders', isElected, clusterSeconds).then(() => seconds(killed));
    const greeted = until('a connection', () => hasClient(second, name), clusterSeconds).then(() => seconds(killed));
    await until('the agent is at another node', () => connections(agent) > before, clusterSeconds);
    return { back: seconds(killed), elected: await elected, greeted: await greeted };
  };
  const asLeader = await killFirst(nas, 'nas');
  progress(
    `the next node hears of nas after ${asLeader.greeted.toFixed(1)} s, has leaders after ${asLeader.elected.toFixed(1)} s, nas is back after ${asLeader.back.toFixed(1)} s`,
  );
  expect(asLeader.back).toBeLessThan(asLeader.elected + 5);
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
  // A node that has just come back leads nothing.
  const cam = start('cam', [first, second, third]);
  await until('cam is online', () => connections(cam) === 1, clusterSeconds);
  const names = await leaders(third);
  for (const stream of neededStreams) expect(names.get(stream), stream).not.toBe(first.name);
  const asFollower = await killFirst(cam, 'cam');
  progress(
    `of a node that led nothing, cam is back after ${asFollower.back.toFixed(1)} s (the next one hears of it after ${asFollower.greeted.toFixed(1)} s)`,
  );
  expect(asFollower.back).toBeLessThan(5);

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
    `NATS, three nodes with JetStream: the agent of a killed node connects to the next after ${asFollower.greeted.toFixed(1)} s and is online there after ${asFollower.back.toFixed(1)} s where that node led no stream, and after ${asLeader.greeted.toFixed(1)} s and ${asLeader.back.toFixed(1)} s where it led those of sessions, of which NATS took ${asLeader.elected.toFixed(1)} s to elect another leader; 0 of ${before.size} topics missing; an agent that dies with its node is told after ${toldSeconds.toFixed(0)} s, its will ${status === 'online' ? 'lost' : 'published'}`,
  );
});

/** The node that leads each stream, as this one knows. */
async function leaders({ monitor }: Node): Promise<Map<string, string | undefined>> {
  const answer = await fetch(`${monitor}/jsz?accounts=true&streams=true`);
  const { account_details: accounts = [] } = (await answer.json()) as {
    account_details?: { stream_detail?: { name: string; cluster?: { leader?: string } }[] }[];
  };
  const streams = accounts.flatMap(({ stream_detail: details = [] }) => details);
  return new Map(streams.map(({ name, cluster }) => [name, cluster?.leader]));
}

/** Whether an agent has sent its CONNECT to the node. */
async function hasClient({ monitor }: Node, agent: string): Promise<boolean> {
  const { connections = [] } = (await (await fetch(`${monitor}/connz`)).json()) as {
    connections?: { mqtt_client?: string }[];
  };
  return connections.some(({ mqtt_client: client = '' }) => client.endsWith(agent));
}

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
