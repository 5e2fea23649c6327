import { expect, test } from 'vitest';
import {
  readDiscoveryPayloadsOfAllAgents,
  readOwnRetainedPayloadsAndStaySubscribed,
} from '../../src/mqtt/retained-topics.ts';
import { guarded } from '../helpers/guarded.ts';
import { observe } from '../helpers/observer.ts';
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
