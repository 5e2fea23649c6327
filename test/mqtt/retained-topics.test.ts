import { expect, onTestFinished, test } from 'vitest';
import {
  readDiscoveryPayloadsOfAllAgents,
  readOwnRetainedPayloadsAndStaySubscribed,
} from '../../src/mqtt/retained-topics.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { guarded } from '../helpers/guarded.ts';
import { observe } from '../helpers/observer.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { agent } from '../helpers/sample-collector.ts';

test('everything that this agent has retained is read, and nothing of others', async () => {
  const { connection, url } = await guarded({});
  const { client, topics } = await observe(url, { protocolVersion: 4 });
  const kept: Record<string, string> = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`infra-monitor/nas/probe/${index}`, String(index)]),
  );
  const own = { ...kept, 'homeassistant/device/infra-monitor_nas/nas/config': '{}', 'homeassistant/status': 'online' };
  const foreign = {
    'infra-monitor/pi/probe/1': '1',
    'homeassistant/device/infra-monitor_pi/pi/config': '{}',
    'homeassistant/device/zigbee/lamp/config': '{}',
  };
  for (const [topic, payload] of Object.entries({ ...own, ...foreign }))
    await client.publishAsync(topic, payload, { retain: true, qos: 1 });
  expect(Object.fromEntries(await readOwnRetainedPayloadsAndStaySubscribed(connection, agent))).toEqual(own);
  expect([...topics.values()].some((payload) => payload === '{}')).toBe(true);
  // Afterwards states are no longer received, but commands, the status, pings and announcements are.
  const heard: string[] = [];
  connection.listen(({ topic }) => heard.push(topic));
  const last = 'homeassistant/status';
  const watched = [
    'infra-monitor/nas/status',
    'infra-monitor/nas/echo',
    'infra-monitor/nas/probe/thing/command',
    'homeassistant/device/infra-monitor_nas/nas/config',
  ];
  for (const topic of ['infra-monitor/nas/probe/1', ...watched, last])
    await client.publishAsync(topic, 'x', { qos: 1 });
  await expect.poll(() => heard).toEqual([...watched, last]);
});

const config = 'homeassistant/device/infra-monitor_nas/nas/config';
const state = (index: number) => `infra-monitor/nas/host/nas/filesystem_v${index}`;
const announcement = (count: number) =>
  JSON.stringify({
    components: Array.from({ length: count }, (_, index) => ({
      state_topic: state(index),
      availability: [{ topic: `${state(index)}/availability` }, { topic: 'infra-monitor/nas/status' }],
    })),
  });
const allTopics = (count: number) => [
  config,
  ...Array.from({ length: count }, (_, index) => [state(index), `${state(index)}/availability`]).flat(),
];

/** A broker with these retained messages, which answers a subscription with what `deliver` selects of them. */
async function startRetainingPeer(
  retained: ReadonlyMap<string, string>,
  deliver: (filters: string[], send: (topic: string) => void) => void,
) {
  const { settings, packets } = await startPeer((packet, send, socket) => {
    welcome()(packet, send, socket);
    const message = (topic: string, payload: string, retain: boolean) =>
      send({ cmd: 'publish', topic, payload, qos: 0, retain, dup: false });
    if (packet.cmd === 'publish' && packet.topic.endsWith('/echo'))
      message(packet.topic, String(packet.payload), false);
    if (packet.cmd === 'subscribe')
      deliver(
        packet.subscriptions.map(({ topic }) => topic),
        (topic) => message(topic, retained.get(topic) ?? '', true),
      );
  });
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  return { connection, packets };
}

test.each([
  ['drops all but the first 1,000 of a subscription', 1000],
  ['has nothing for filters with wildcards but the announcements', 0],
])('a broker that %s is asked for the others by name, at most 50 at a time', async (_, most) => {
  const retained = new Map(allTopics(700).map((topic) => [topic, topic === config ? announcement(700) : 'x']));
  const { connection, packets } = await startRetainingPeer(retained, (filters, deliver) => {
    for (const filter of filters)
      if (filter.includes('homeassistant/device')) deliver(config);
      else if (!/[+#]/.test(filter) && retained.has(filter)) deliver(filter);
      else if (filter.endsWith('/+/+/+')) for (const topic of [...retained.keys()].slice(1, most + 1)) deliver(topic);
  });
  expect(await readOwnRetainedPayloadsAndStaySubscribed(connection, agent)).toEqual(retained);
  const filters = packets.flatMap((packet) => (packet.cmd === 'subscribe' ? [packet.subscriptions.length] : []));
  expect(Math.max(...filters)).toBe(50);
  const [first] = packets.flatMap((packet) => (packet.cmd === 'subscribe' ? [packet.subscriptions] : []));
  expect(first?.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['homeassistant/device/infra-monitor_nas/+/config', 'infra-monitor/nas/+/+/memory']),
  );
  // Only what has to be heard later stays subscribed.
  const left = new Set(
    packets.flatMap((packet) => (packet.cmd === 'subscribe' ? packet.subscriptions : [])).map(({ topic }) => topic),
  );
  for (const packet of packets)
    if (packet.cmd === 'unsubscribe') for (const topic of packet.unsubscriptions) left.delete(topic);
  expect(left.size).toBe(6);
});

test('announcements of all agents with the same base topic', async () => {
  const { connection, url } = await guarded({});
  const { client } = await observe(url, { protocolVersion: 4 });
  for (const [topic, payload] of Object.entries({
    'homeassistant/device/infra-monitor_nas/nas/config': 'nas',
    'homeassistant/device/infra-monitor_pi/pi/config': 'pi',
    'homeassistant/device/zigbee/lamp/config': 'lamp',
  }))
    await client.publishAsync(topic, payload, { retain: true, qos: 1 });
  expect((await readDiscoveryPayloadsOfAllAgents(connection, agent)).sort()).toEqual(['nas', 'pi']);
});

test('reading ends when the connection does', async () => {
  const { connection, stop } = await guarded({ unwritten: /echo$/ });
  const reading = readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
  reading.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await stop();
  await expect(reading).rejects.toThrow(/ended|closed|disconnect|refuses/);
});
