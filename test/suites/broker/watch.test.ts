import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
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
    const agent = `infra-monitor/other_${index}`;
    for (const [topic, payload] of [
      [`${agent}/status`, 'online'],
      [`${agent}/agent/other_${index}`, '{"site":"Cottage"}'],
      [`${agent}/agent/other_${index}/availability`, 'online'],
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

/** How many of 4,800 retained messages, as of 300 agents, somebody hears who has subscribed to everything, as Home
 * Assistant does, and is busy while they come. */
async function heardByBusySubscriber(lines: readonly string[]): Promise<number> {
  const { url } = await startMosquitto(['allow_anonymous true', ...lines]);
  const heard = new Set<string>();
  const waiting: (() => void)[] = [];
  let isBusy = true;
  const subscriber = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    customHandleAcks(_topic, _message, _packet, done) {
      const acknowledge = () => done(0);
      if (isBusy) waiting.push(acknowledge);
      else acknowledge();
    },
  });
  onTestFinished(() => subscriber.endAsync(true));
  subscriber.on('message', (topic) => heard.add(topic));
  await subscriber.subscribeAsync('#', { qos: 1 });
  const publisher = await mqtt.connectAsync(url, { protocolVersion: 5 });
  onTestFinished(() => publisher.endAsync(true));
  for (let index = 0; index < 4800; index += 1)
    await publisher.publishAsync(`infra-monitor/agent_${index % 300}/host/${index}`, '{}', { qos: 1, retain: true });
  isBusy = false;
  for (const acknowledge of waiting) acknowledge();
  // It comes after all that is still to come, unless it is dropped itself.
  await until(
    'the last one',
    async () => {
      await publisher.publishAsync('last', '', { qos: 1 });
      return heard.has('last');
    },
    30,
  );
  return heard.size - 1;
}

test.each(['shared', 'hub', 'cottage'])(
  'who subscribes to everything hears 300 agents whole, with the queue of docs/mosquitto/%s.conf',
  async (name) => {
    const configuration = readFileSync(join(import.meta.dirname, `../../../docs/mosquitto/${name}.conf`), 'utf8');
    const queues = configuration.match(/^max_queued_messages \d+$/gm) ?? [];
    expect(await heardByBusySubscriber(queues)).toBe(4800);
  },
);

test('and loses some with Mosquitto’s own', async () => expect(await heardByBusySubscriber([])).toBeLessThan(4800));
