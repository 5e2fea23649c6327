import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import mqtt from 'mqtt';
import { type IConnectPacket, parser } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Device } from '../../src/model/device.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import { ReconnectingPublisher } from '../../src/mqtt/reconnecting-publisher.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { stopClock } from '../helpers/clock.ts';
import { observe } from '../helpers/observer.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

interface Content {
  seen: string[];
}

const collector = {
  ...probe(async () => []),
  memory: {
    parse: (content: unknown) =>
      content !== null && typeof content === 'object' && 'seen' in content ? (content as Content) : undefined,
    merge: (ours: Content, theirs: Content): Content => ({ seen: [...new Set([...ours.seen, ...theirs.seen])].sort() }),
  },
};
const root = 'infra-monitor/nas';
const memoryTopic = `${root}/probe/thing_1/memory`;
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const settingsOf = (port: number): MqttSettings => ({
  MQTT_URL: { protocol: 'embedded', host: '127.0.0.1', port, path: '' },
  MQTT_BASE_TOPIC: 'infra-monitor',
  MQTT_DISCOVERY_PREFIX: 'homeassistant',
  MQTT_BIRTH_TOPIC: 'homeassistant/status',
  MQTT_BIRTH_PAYLOAD: 'online',
});

/** A broker with these retained messages. */
async function broker(retained: Record<string, string>, port: number) {
  const embedded = await startEmbeddedBroker(settingsOf(port));
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  for (const [topic, payload] of Object.entries(retained))
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
  await client.endAsync();
  return embedded;
}

function converse(port: number, more: Device[] = []) {
  const state = stateOf(
    collector,
    [device, ...more].map((one) => ({ table: 'thing', device: one, reading: {} })),
  );
  const memory = state.memoryStore.forCollector(collector);
  const dropped: string[] = [];
  const dismissed: string[] = [];
  const session = new ReconnectingPublisher({
    agent,
    catalogue: [collector],
    state,
    settings: settingsOf(port),
    log: createLog({ LOG_LEVEL: 'fatal', LOG_FORMAT: 'text' }),
    ready: Promise.resolve(),
    eventDelivered: () => undefined,
    deviceDismissed: (one) => dismissed.push(one),
    problemsLoaded: () => undefined,
    devicesAnnounced: () => undefined,
    memoriesLoaded: (memories, isComplete) =>
      void dropped.push(...state.memoryStore.load(memories, ['probe'], isComplete)),
    ownerKnown: () => undefined,
    commandReceived: () => undefined,
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, memory, dropped, dismissed, state };
}

test('no retained message keeps the agent from connecting: nested, large or invalid JSON, in memories and announcements', async () => {
  const port = await freePort();
  const deep = `{"device":{"x":${nested(10_000)}},"origin":{"x":${nested(10_000)}},"components":{"probe-thing-level":{"platform":"sensor","x":${nested(10_000)}}}}`;
  const embedded = await broker(
    {
      [memoryTopic]: nested(10_000),
      [`${root}/probe/thing_2/memory`]: JSON.stringify({ seen: ['x'.repeat(2_000_000)] }),
      [`${root}/probe/thing_3/memory`]: '{"seen":["kept"]}',
      [`${root}/unknown/nest/memory`]: nested(10_000),
      [config]: deep,
      [config.replace('thing_1', 'thing_9')]: deep,
    },
    port,
  );
  onTestFinished(() => embedded.close());
  const { see, topics } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  const clock = stopClock();
  const { memory, dropped, session } = converse(port);
  await see(`${root}/status`, (payload) => payload === 'online');
  await see(config, (payload) => payload.includes('unique_id'));
  expect(dropped).toEqual([
    '"probe/thing_1": nested more than 8 levels deep',
    '"probe/thing_2": more than 65536 bytes',
  ]);
  expect(topics.get(`${root}/probe/thing_3/memory`)).toBe('{"seen":["kept"]}');
  await clock.turnUntil('all retained messages are there', () => memory.isLoaded(device.id));
  memory.keep(device.id, { seen: ['new'] });
  session.update();
  await see(memoryTopic, (payload) => payload === '{"seen":["new"]}');
});

test('an empty broker first, then one with a memory: it keeps its memory, and gets what is new', async () => {
  const port = await freePort();
  const empty = await broker({}, port);
  const clock = stopClock();
  const { memory, session, state } = converse(port);
  await until('connected', () => state.broker.connected);
  await clock.turnUntil('nothing more is expected', () => memory.isLoaded(device.id));
  memory.keep(device.id, { seen: ['new'] });
  session.update();
  await empty.close();
  await until('away', () => !state.broker.connected);
  const real = await broker({ [memoryTopic]: '{"seen":["old"]}' }, port);
  onTestFinished(() => real.close());
  const { topics, messages } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  await clock.turnUntil('merged', () => topics.get(memoryTopic) === '{"seen":["new","old"]}');
  expect(messages.filter(({ topic }) => topic === memoryTopic).map(({ payload }) => payload)).not.toContain(
    '{"seen":["new"]}',
  );
  expect(memory.recall(device.id)).toEqual({ seen: ['new', 'old'] });
});

/** A broker that delivers what it retains only when the test says so, some time after SUBACK. */
async function startLateBroker() {
  const filters = new Set<string>();
  /** Retained messages that arrive in time. */
  const early = new Map<string, string>();
  let drop = () => {};
  let send: (packet: object) => void = () => undefined;
  const { packets, settings } = await startPeer((packet, answer, socket) => {
    welcome()(packet, answer, socket);
    send = answer;
    drop = () => socket.destroy();
    if (packet.cmd === 'subscribe')
      for (const [topic, payload] of early) answer({ cmd: 'publish', topic, payload, qos: 0, retain: true });
    if (packet.cmd === 'subscribe') for (const { topic } of packet.subscriptions) filters.add(topic);
    if (packet.cmd === 'unsubscribe') for (const topic of packet.unsubscriptions) filters.delete(topic);
    if (packet.cmd === 'publish' && packet.topic.endsWith('/echo')) answer({ ...packet, qos: 0, retain: false });
  });
  const deliver = (filter: string, topic: string, payload: string, retain = true) => {
    expect([...filters]).toContain(filter);
    send({ cmd: 'publish', topic, payload, qos: 0, retain });
  };
  const published = (topic: string) =>
    packets.flatMap((packet) => (packet.cmd === 'publish' && packet.topic === topic ? [`${packet.payload}`] : []));
  return { port: settings.MQTT_URL.port, early, deliver, published, drop: () => drop() };
}

test('a memory that arrives late is merged, and nothing replaces it before', async () => {
  const clock = stopClock();
  const { port, deliver, published } = await startLateBroker();
  const { memory, session, state } = converse(port, [{ id: 'Thing 2', name: 'Thing 2' }]);
  await until('connected', () => state.broker.connected);
  for (const one of [device.id, 'Thing 2']) memory.keep(one, { seen: ['new'] });
  expect([device.id, 'Thing 2'].map((one) => memory.isLoaded(one))).toEqual([false, false]);
  deliver(`${root}/+/+/memory`, memoryTopic, '{"seen":["old"]}');
  await until('merged', () => memory.isLoaded(device.id));
  memory.keep(device.id, { seen: ['new', 'old'] });
  session.update();
  await until('published', () => published(memoryTopic).at(-1) === '{"seen":["new","old"]}');
  expect(published(memoryTopic)).not.toContain('{"seen":["new"]}');
  expect(published(`${root}/probe/thing_2/memory`)).toEqual([]);
  await clock.turnUntil('nothing more is expected', () => memory.isLoaded('Thing 2'));
  memory.keep('Thing 2', { seen: ['first'] });
  session.update();
  await until('the first of its own', () => published(`${root}/probe/thing_2/memory`).length > 0);
  deliver(`${root}/+/+/memory`, `${root}/probe/thing_2/memory`, '{"seen":["later"]}');
  await until('merged at any time', () =>
    published(`${root}/probe/thing_2/memory`).includes('{"seen":["first","later"]}'),
  );
});

test('after a reconnect to another broker, no memory is published before that broker’s own may have arrived', async () => {
  const clock = stopClock();
  const { port, deliver, published } = await startLateBroker();
  const { memory, state, session } = converse(port);
  state.memoryStore.load(new Map(), ['probe']);
  memory.keep(device.id, { seen: ['new'] });
  await until('connected', () => state.broker.connected);
  expect(published(memoryTopic)).toEqual([]);
  deliver(`${root}/+/+/memory`, memoryTopic, '{"seen":["old"]}');
  await until('merged', () => published(memoryTopic).length > 0);
  // No more retained messages are expected.
  clock.turn(10);
  state.record(collector, {
    ok: true,
    observations: [{ table: 'thing', device, reading: { level: 7 } }],
    at: new Date(),
    seconds: 0,
  });
  session.update();
  await until('published', () => published(`${root}/probe/thing_1`).some((payload) => payload.includes('7')));
  expect(published(memoryTopic)).toEqual(['{"seen":["new","old"]}']);
});

test('a device whose announcement arrives late was not removed by the user', async () => {
  const clock = stopClock();
  const { port, early, deliver, published, drop } = await startLateBroker();
  const filter = config.replace('thing_1', '+');
  const { state, dismissed } = converse(port);
  await until('announced', () => published(config).length > 0 && state.broker.connected);
  const announcement = published(config)[0] ?? '';
  deliver(filter, config, announcement, false);
  await until('it has come back', () => state.broker.error === undefined);
  early.set(`${root}/probe/thing_1`, '{}');
  drop();
  await until('away', () => !state.broker.connected);
  await clock.turnUntil('back', () => state.broker.connected);
  expect(published(config)).toEqual([announcement]);
  deliver(filter, config, announcement);
  await until('announced again', () => published(config).length === 2);
  clock.turn(10);
  expect(dismissed).toEqual([]);
});

test('the broker is told the maximum packet size, which the agent’s own announcements do not exceed', async () => {
  const packets: IConnectPacket[] = [];
  const server = createServer((socket) => {
    const incoming = parser();
    incoming.on('packet', (packet) => {
      if (packet.cmd === 'connect') packets.push(packet);
      socket.destroy();
    });
    socket.on('data', (data) => incoming.parse(data)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const settings = settingsOf((server.address() as AddressInfo).port);
  for (const protocolVersion of [5, 4] as const)
    await SingleUseBrokerConnection.open(settings, { clientId: 'x', protocolVersion }).catch(() => undefined);
  expect(packets.map(({ protocolVersion, properties }) => [protocolVersion, properties?.maximumPacketSize])).toEqual([
    [5, 16_777_216],
    [4, undefined],
  ]);
});
