import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe, readRetained } from '../helpers/observer.ts';
import { until } from '../helpers/until.ts';

/** Topics of this ID that a broker retains. */
const retainedOfId = async (url: string, id: string) =>
  [...(await readRetained(url)).keys()].filter((topic) => new RegExp(`/(infra-monitor_)?${id}/`).test(topic));

test('forget takes what was published for the whole lab along, once no other agent publishes it', async () => {
  const { MQTT_URL } = await embedded();
  await running({
    MQTT_URL,
    AGENT_NAME: 'broker',
    AGENT_SCHEDULE: 'off',
    HOST_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  });
  const url = MQTT_URL.replace('embedded', 'mqtt');
  const observer = await observe(url, { protocolVersion: 4 });
  const watch = {
    MQTT_URL: url,
    SITES: 'true',
    SITE: 'Berlin',
    HOST_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  };
  const first = await running({ ...watch, AGENT_NAME: 'first' });
  await observer.see('infra-monitor/sites/status', (payload) => payload === 'online', 20);
  await observer.see('infra-monitor/first/agent/first/collector_sites');
  await first.stop();

  // It comes later than the question whether it is there.
  const forgotten = run({ ...watch, AGENT_NAME: 'another' }, 'forget');
  const second = await running({ ...watch, AGENT_NAME: 'second' });
  expect(await forgotten).toMatchObject({
    status: 0,
    output: expect.stringMatching(
      /another agent to take over \(first.*\n– Sites: from now on published by another agent\n$/,
    ),
  });
  expect(await retainedOfId(url, 'sites')).not.toEqual([]);

  await second.stop();
  expect(await run(watch, 'forget', '--agent', 'first')).toMatchObject({ status: 0 });
  expect(await run({ ...watch, AGENT_NAME: 'second' }, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/Sites: published by no other agent\n.*\n✓ Removed: \d+ devices and \d+ topics\n$/),
  });
  expect(await retainedOfId(url, 'sites')).toEqual([]);
});

test('the watch forgets an agent that is lost, at the button of its device, and none that runs', async () => {
  const broker = await startBroker();
  const observer = await observe(broker.url, { protocolVersion: 4 });
  const only = { MQTT_URL: broker.url, HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off', STORAGE_SCHEDULE: 'off' };
  const pi = await running({ ...only, AGENT_NAME: 'pi' });
  const watch = await running({ ...only, AGENT_NAME: 'nas', SITES: 'true' });
  const announcement = 'homeassistant/device/infra-monitor_sites/agent_pi/config';
  const hasButton = (payload: string) => payload.includes('"payload_press":"forget"');
  const press = () => observer.client.publishAsync('infra-monitor/sites/sites/agent_pi/command', 'forget', { qos: 1 });
  await observer.see('infra-monitor/sites/status', (payload) => payload === 'online', 30);
  await observer.see(announcement, (payload) => !hasButton(payload), 30);
  await press();
  await until('it says why not', () =>
    watch.output().includes('"agent_pi": "forget" requested over MQTT: it is still there'),
  );
  await pi.stop();
  await observer.see(announcement, hasButton, 30);
  await press();
  await until('nothing of it is left', async () => (await retainedOfId(broker.url, 'pi')).length === 0, 30);
  // What is left is a tombstone, until Home Assistant is there.
  await until('nor of its button', () => !hasButton(observer.topics.get(announcement) ?? ''), 30);
  await until('it says so', () => watch.output().includes('"agent_pi": "forget" requested over MQTT: done'));
});
