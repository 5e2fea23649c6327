import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { stages } from '../../test/contract/stages.ts';
import { startAgent } from '../../test/helpers/agent.ts';
import { startBroker } from '../../test/helpers/broker.ts';
import { startMosquitto } from '../../test/helpers/mosquitto.ts';
import { freePort } from '../../test/helpers/ports.ts';
import { until } from '../../test/helpers/until.ts';
import { progress, recordFigure } from './report.ts';
import { watchConnection } from './watched-connection.ts';

/** Seconds: some install themselves when they start for the first time. */
const firstStartSeconds = 600;
const patientSeconds = 60;
const status = 'infra-monitor/testling/status';
const host = 'infra-monitor/testling/host/testling';
const announcement = 'homeassistant/device/infra-monitor_testling/testling/config';

interface Broker {
  port: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

async function aedes(): Promise<Broker> {
  const { port, stop, start } = await startBroker();
  return { port, stop, start: () => start({ forgets: true }) };
}

async function mosquitto(): Promise<Broker> {
  const { port, kill, start } = await startMosquitto();
  return { port, stop: () => kill(), start };
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A broker that a program of BROKER_LAUNCHERS starts. */
const launched = (program: string) => async (): Promise<Broker> => {
  const port = await freePort();
  let child: ReturnType<typeof spawn>;
  const start = async () => {
    child = spawn(program, [String(port)], { stdio: 'ignore' });
    await until(`${program} on port ${port}`, () => listens(port), firstStartSeconds);
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
    await until(`nobody on port ${port}`, async () => !(await listens(port)), patientSeconds);
  };
  await start();
  onTestFinished(stop);
  return { port, stop, start };
};

const isExecutable = (path: string) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
const folder = process.env.BROKER_LAUNCHERS;
const launchers = (folder === undefined ? [] : readdirSync(folder))
  .map((name) => join(folder ?? '', name))
  .filter(isExecutable)
  .map((path) => [basename(path), launched(path)] as const);
const makes: [name: string, start: () => Promise<Broker>][] = [
  ['aedes', aedes],
  ['mosquitto', mosquitto],
  ...launchers.map(([name, start]): [string, () => Promise<Broker>] => [name, start]),
];

/** What the broker has retained of these topics, asked one by one, as RabbitMQ has nothing for wildcards, and at QoS 0,
 * as Moquette marks nothing as retained at QoS 1. */
async function retainedOf(port: number, topics: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  try {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
    client.on('message', (topic, payload, { retain }) => {
      if (retain && payload.length > 0) found.set(topic, String(payload));
    });
    client.on('error', () => undefined);
    for (const topic of topics) await client.subscribeAsync(topic);
    // Amid the agent's readings a retained message may come after the answer to its subscription.
    await until('retained messages', () => found.size === topics.size, 5).catch(() => undefined);
    await client.endAsync(true);
  } catch {
    // A broker that has just started hangs up; whoever asks looks again.
  }
  return found;
}

const table: Record<string, string>[] = [];

test.each(makes)('%s', async (name, start) => {
  const broker = await start();
  const watched = await watchConnection(broker.port);
  const stage = await stages.get('intel-desktop')?.();
  const settings = { ...stage?.settings, MQTT_URL: watched.url };
  const row: Record<string, string> = { broker: name };
  table.push(row);
  const point = async (what: string, prove: () => Promise<string>) => {
    try {
      row[what] = await prove();
    } catch (error) {
      row[what] = `✗ ${(error as Error).message.split('\n')[0]}`;
    }
    progress(`${name}: ${what}: ${row[what]}`);
  };
  const isStatus = (wanted: string) =>
    until(
      `${status} is ${wanted}`,
      async () => (await retainedOf(broker.port, new Set([status]))).get(status) === wanted,
      patientSeconds,
    );
  /** All that the broker acknowledged is there. */
  const isKept = async () => {
    await until('a reading', () => watched.retained.has(host), patientSeconds);
    const missing = async () => {
      const kept = await retainedOf(broker.port, watched.retained);
      return [...watched.retained].filter((topic) => !kept.has(topic));
    };
    await until('all that was acknowledged', async () => (await missing()).length === 0, patientSeconds).catch(
      async () => expect(await missing(), 'acknowledged and not kept').toEqual([]),
    );
    return `${watched.retained.size} topics`;
  };

  let agent = startAgent(settings);
  await point('connect', async () => {
    await isStatus('online');
    return watched.protocol === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
  });
  await point('publish', isKept);
  await point('announcement', async () => {
    const tooLarge = new RegExp(`${announcement}: packet too large`);
    await until(
      'the announcement, or why not',
      () => watched.retained.has(announcement) || tooLarge.test(agent.output()),
      patientSeconds,
    );
    return watched.retained.has(announcement) ? 'kept' : 'too large, named';
  });
  const before = new Set(watched.retained);
  await point('agent restarts', async () => {
    await agent.stop();
    await isStatus('offline');
    watched.retained.clear();
    agent = startAgent(settings);
    await isStatus('online');
    await isKept();
    await until('the same topics', () => [...before].every((topic) => watched.retained.has(topic)), patientSeconds);
    return 'the same topics';
  });
  await point('will', async () => {
    const watcher = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
    onTestFinished(() => watcher.endAsync(true));
    let told = '';
    watcher.on('message', (_, payload) => {
      told = String(payload);
    });
    await watcher.subscribeAsync(status);
    await until('the watcher hears of the agent', () => told === 'online', patientSeconds);
    await agent.stop('SIGKILL');
    await until('the watcher hears the will', () => told === 'offline', patientSeconds);
    // Moquette tells a will and leaves the retained message as it was.
    const kept = (await retainedOf(broker.port, new Set([status]))).get(status);
    return kept === 'offline' ? 'told and kept' : 'told, not kept';
  });
  await point('broker restarts', async () => {
    agent = startAgent(settings);
    await isStatus('online');
    await broker.stop();
    watched.retained.clear();
    await broker.start();
    await isStatus('online');
    await isKept();
    await until('the same topics', () => [...before].every((topic) => watched.retained.has(topic)), patientSeconds);
    return 'the same topics';
  });
  await point('receive maximum', async () => {
    expect(watched.exceeded).toBe(false);
    expect(watched.maxInFlight).toBeGreaterThan(1);
    return `${watched.maxInFlight} of ${watched.receiveMaximum ?? 'any'}`;
  });
  await agent.stop();
  expect(Object.values(row).filter((outcome) => outcome.startsWith('✗'))).toEqual([]);
});

afterAll(() => {
  console.table(table);
  const right = table.filter((row) => !Object.values(row).some((outcome) => outcome.startsWith('✗')));
  const { broker: _, ...points } = table[0] ?? {};
  recordFigure(
    `${right.length} of ${makes.length} makes right in ${Object.keys(points).join(', ')}: ${table
      .map(
        (row) =>
          `${row.broker} (${row.connect}, ${row['receive maximum']} in flight, announcement ${row.announcement}, will ${row.will})`,
      )
      .join(', ')}`,
  );
});
