import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { problemList } from '../../helpers/agent-directory.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { leastRights, password, startGuarded } from './guarded.ts';

test('a watch that may not speak says so, with what to allow, and the agent goes on', async () => {
  const { url, port } = await startGuarded([...leastRights, 'read infra-monitor/#']);
  const agent = startAgent({ MQTT_URL: url, MQTT_USERNAME: 'agent', MQTT_PASSWORD: password, SITES: 'true' });
  await until(
    'it says so',
    () => /error Sites: .*must let this user (read and )?write infra-monitor\/sites\/#/.test(agent.output()),
    30,
  );
  const { see } = await observe(`mqtt://127.0.0.1:${port}`, { username: 'observer', password });
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
  expect(agent.output()).not.toMatch(/error MQTT/);
});

test('more than fits into a client’s queue is heard whole', async () => {
  const { url } = await startMosquitto(['allow_anonymous true', 'max_queued_messages 100']);
  const { client, see } = await observe(url, { protocolVersion: 5, properties: { receiveMaximum: 60_000 } });
  for (let index = 0; index < 300; index += 1) {
    const agent = `infra-monitor/other-${index}`;
    for (const [topic, payload] of [
      [`${agent}/status`, 'online'],
      [`${agent}/agent/other-${index}`, '{"site":"Cottage"}'],
      [`${agent}/agent/other-${index}/availability`, 'online'],
      [`${agent}/problems`, problemList()],
    ] as const)
      await client.publishAsync(topic, payload, { retain: true, qos: 1 });
  }
  startAgent({
    MQTT_URL: url,
    SITES: 'true',
    SITE: 'Cottage',
    HOST_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  });
  // The agent itself is the last to be online.
  const said = await see(
    'infra-monitor/sites/sites/cottage',
    (payload) => payload.includes('"agents_expected":301') && payload.includes('"cause":"well"'),
    30,
  );
  expect(JSON.parse(said)).toMatchObject({ agents_lost: 0, cause: 'well' });
});
