import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import mqtt from 'mqtt';
import { type IConnectPacket, parser } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { BrokerClient } from '../../src/mqtt/broker-client.ts';
import { Connection } from '../../src/mqtt/connection.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { observe } from '../helpers/observer.ts';
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

function converse(port: number) {
  const state = stateOf(collector, [{ table: 'thing', device, reading: {} }]);
  const memory = state.memoryStore.forCollector(collector);
  const dropped: string[] = [];
  const session = new BrokerClient({
    agent,
    catalogue: [collector],
    state,
    settings: settingsOf(port),
    log: createLog({ LOG_LEVEL: 'fatal', LOG_FORMAT: 'text' }),
    ready: Promise.resolve(),
    eventDelivered: () => undefined,
    deviceDismissed: () => undefined,
    memoriesLoaded: (memories) => void dropped.push(...state.memoryStore.load(memories, ['probe'])),
    commandReceived: () => undefined,
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, memory, dropped, state };
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
  const { memory, dropped, session } = converse(port);
  await see(`${root}/status`, (payload) => payload === 'online');
  await see(config, (payload) => payload.includes('unique_id'));
  expect(dropped).toEqual([
    '"probe/thing_1": nested more than 8 levels deep',
    '"probe/thing_2": 2000013 bytes, more than 65536',
  ]);
  expect(topics.get(`${root}/probe/thing_3/memory`)).toBe('{"seen":["kept"]}');
  memory.keep(device.id, { seen: ['new'] });
  session.update();
  await see(memoryTopic, (payload) => payload === '{"seen":["new"]}');
});

test('an empty broker first, then one with a memory: it keeps its memory, and gets what is new', async () => {
  const port = await freePort();
  const empty = await broker({}, port);
  const { memory, session, state } = converse(port);
  await until('connected', () => state.broker.connected);
  memory.keep(device.id, { seen: ['new'] });
  session.update();
  await empty.close();
  await until('away', () => !state.broker.connected);
  const real = await broker({ [memoryTopic]: '{"seen":["old"]}' }, port);
  onTestFinished(() => real.close());
  const { see, messages } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  await see(memoryTopic, (payload) => payload === '{"seen":["new","old"]}', 14);
  expect(messages.filter(({ topic }) => topic === memoryTopic).map(({ payload }) => payload)).not.toContain(
    '{"seen":["new"]}',
  );
  expect(memory.recall(device.id)).toEqual({ seen: ['new', 'old'] });
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
    await Connection.open(settings, { clientId: 'x', protocolVersion }).catch(() => undefined);
  expect(packets.map(({ protocolVersion, properties }) => [protocolVersion, properties?.maximumPacketSize])).toEqual([
    [5, 16_777_216],
    [4, undefined],
  ]);
});
