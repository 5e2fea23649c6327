import { expect, onTestFinished, test } from 'vitest';
import { macAddressInDiscoveryPayload, readClaimTopicsOfAgent } from '../../src/mqtt/claim-topics.ts';
import { connectTemporarily } from '../../src/mqtt/connect-temporarily.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { agent } from '../helpers/sample-collector.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';

const announcement = (...connections: string[][]) =>
  JSON.stringify({ device: { identifiers: ['x'], connections }, origin: {}, components: {} });

test.each([
  [announcement(['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  [announcement(['mac', '00:00:5E:00:01:07']), undefined],
  [announcement(['upnp', 'uuid:1'], ['mac', '00:00:0C:07:AC:01'], ['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  [announcement(['upnp', 'uuid:1']), undefined],
  [announcement(['mac'], ['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  ['{', undefined],
  [undefined, undefined],
])('the address that identifies the device of %s', (payload, address) =>
  expect(macAddressInDiscoveryPayload(payload)).toBe(address),
);

test.each([false, true])('an agent finds its claims; the broker sends by name only: %s', async (retainsByNameOnly) => {
  const broker = await startStrictBroker();
  broker.retainsByNameOnly = retainsByNameOnly;
  const claims = ['watched', '02_00_5e_00_53_01', 'whole_name'].map((name) => `infra-monitor/shared/probe/${name}`);
  const claim = { agent: agent.id, device: 'watched', rank: 0, since: '2026-01-01T00:00:00Z' };
  for (const topic of claims) broker.retained.set(topic, JSON.stringify(claim));
  broker.retained.set('infra-monitor/shared/probe/another', JSON.stringify({ ...claim, agent: 'another' }));
  const own = (device: string) => `homeassistant/device/infra-monitor_${agent.id}/${device}/config`;
  const announced = (name: string, ...connections: string[][]) =>
    JSON.stringify({
      device: { identifiers: ['x'], name, connections },
      origin: {},
      components: { 'probe-thing-mood': { platform: 'sensor' } },
    });
  const connection = await connectTemporarily(parseSettings([], { MQTT_URL: broker.url }).mqtt, agent);
  onTestFinished(() => connection.close());
  const many = Array.from({ length: 100 }, (_, index) => [own(`other_${index}`), announced(`Other ${index}`)] as const);
  const found = await readClaimTopicsOfAgent(
    connection,
    agent,
    new Map([
      ...many,
      [own('watched'), announced('Watched from nas', ['mac', '02:00:5E:00:53:01'])],
      [own('short'), announced('Whole name')],
    ]),
  );
  expect(found.map(({ topic }) => topic).sort()).toEqual([...claims].sort());
});
