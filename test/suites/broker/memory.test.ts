import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';

const root = 'infra-monitor/testling';
const config = 'homeassistant/device/infra-monitor_testling/testling/config';
const is = (wanted: string) => (payload: string) => payload === wanted;
const componentsOf = (payload: string) => (JSON.parse(payload) as { components: Record<string, object> }).components;

const usb = {
  platform: 'sensor',
  unique_id: 'infra-monitor_testling_testling_host-filesystem_mnt_usb-used',
  state_topic: `${root}/host/testling/filesystem_mnt_usb`,
};
const left = {
  [`${root}/host/testling/filesystem_mnt_usb`]: '{"used":1}',
  [`${root}/host/testling/filesystem_mnt_usb/availability`]: 'online',
  [`${root}/retired/thing`]: '{}',
  [config]: JSON.stringify({
    device: { identifiers: ['infra-monitor_testling_testling'] },
    origin: { name: 'x' },
    components: {
      'host-filesystem_mnt_usb-used': usb,
      'host-host-retired': { platform: 'sensor', unique_id: 'x', state_topic: 'x' },
    },
  }),
};
const foreign = {
  'infra-monitor/another/host/another': '{"cpu_used":1}',
  'infra-monitor/another/status': 'offline',
  'homeassistant/device/infra-monitor_another/another/config': '{"components":{}}',
  'homeassistant/sensor/lamp/config': '{}',
  'zigbee2mqtt/lamp': '{"state":"ON"}',
};

test('what an earlier version left goes, what merely is not there stays, and nobody else’s is touched', async () => {
  const { url } = await startMosquitto();
  const { client, see, topics } = await observe(url);
  for (const [topic, payload] of Object.entries({ ...left, ...foreign }))
    await client.publishAsync(topic, payload, { retain: true, qos: 1 });
  startAgent({ MQTT_URL: url });
  await see(`${root}/status`, is('online'));

  await see(`${root}/host/testling/filesystem_mnt_usb/availability`, is('offline'));
  expect(topics.get(`${root}/host/testling/filesystem_mnt_usb`)).toBe('{"used":1}');
  await until('the unknown topic is gone', () => !topics.has(`${root}/retired/thing`));
  const components = componentsOf(await see(config, (payload) => payload.includes('cpu_used')));
  expect(components['host-filesystem_mnt_usb-used']).toEqual(usb);
  expect(components['host-host-retired']).toEqual({ platform: 'sensor' });

  await client.publishAsync('homeassistant/status', 'online');
  await see(config, (payload) => 'unique_id' in (componentsOf(payload)['host-host-retired'] ?? {}), 10);
  await see(config, (payload) => !('unique_id' in (componentsOf(payload)['host-host-retired'] ?? {})), 10);

  for (const [topic, payload] of Object.entries(foreign)) expect(topics.get(topic)).toBe(payload);
});

test.each([
  ['AGENT_SCHEDULE', 'agent', 'agent-agent-agent_version', 'host-host-cpu_used'],
  ['HOST_SCHEDULE', 'host', 'host-host-cpu_used', 'agent-agent-agent_version'],
])('a collector that is switched off by %s leaves nothing behind', async (setting, collector, its, another) => {
  const { url } = await startMosquitto();
  const { see, topics } = await observe(url);
  const first = startAgent({ MQTT_URL: url });
  await see(`${root}/status`, is('online'));
  await first.stop();
  startAgent({ MQTT_URL: url, [setting]: 'off' });
  await see(`${root}/status`, is('online'));
  await until('its topics are gone', () =>
    [...topics.keys()].every((topic) => !topic.startsWith(`${root}/${collector}/`)),
  );
  const components = componentsOf(await see(config, (payload) => payload.includes(`"${its}":{"platform":"sensor"}`)));
  expect(components[another]).toHaveProperty('unique_id');
});

test('tombstones that wait for Home Assistant are no trouble at the next start', async () => {
  const { url } = await startMosquitto();
  const { see, topics } = await observe(url);
  for (const settings of [{}, { AGENT_SCHEDULE: 'off' }]) {
    const agent = startAgent({ MQTT_URL: url, ...settings });
    await see(`${root}/status`, is('online'));
    await agent.stop();
  }
  const before = topics.get(config);
  const again = startAgent({ MQTT_URL: url, AGENT_SCHEDULE: 'off' });
  await until('connected', () => again.output().includes('MQTT: connected'));
  await pause(6000);
  expect(again.output()).not.toMatch(/error/);
  expect(JSON.parse(topics.get(config) ?? '')).toEqual(JSON.parse(before ?? ''));
});

test('a device that the user removed stays away, over a birth message and a reconnect, until the agent starts anew', async () => {
  const mosquitto = await startMosquitto([
    'allow_anonymous true',
    'persistence true',
    'persistence_location FOLDER/',
    'autosave_interval 1',
    'autosave_on_changes true',
  ]);
  const { client, see, topics } = await observe(mosquitto.url);
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  await see(`${root}/status`, is('online'));
  await client.publishAsync(config, '', { retain: true, qos: 1 });
  await until('noticed', () => agent.output().includes('removed in Home Assistant'));
  await client.publishAsync('homeassistant/status', 'online');
  await mosquitto.kill('SIGTERM');
  await mosquitto.start();
  await until('connected again', () => (agent.output().match(/MQTT: connected/g)?.length ?? 0) === 2, 20);
  await see(`${root}/status`, is('online'));
  expect(topics.has(config)).toBe(false);
  await agent.stop();
  startAgent({ MQTT_URL: mosquitto.url });
  await see(config);
});

test('removed while the agent was cut off: noticed at its return', async () => {
  const mosquitto = await startMosquitto(['allow_anonymous true', 'persistence true', 'persistence_location FOLDER/']);
  const first = await observe(mosquitto.url, { reconnectPeriod: 0 });
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  await first.see(`${root}/status`, is('online'));
  await mosquitto.kill('SIGTERM');
  // The broker comes back without the announcement: as if it had been removed meanwhile.
  agent.process.kill('SIGSTOP');
  await mosquitto.start();
  const second = await observe(mosquitto.url);
  await second.see(config);
  await second.client.publishAsync(config, '', { retain: true, qos: 1 });
  agent.process.kill('SIGCONT');
  await until('noticed', () => agent.output().includes('removed in Home Assistant'), 20);
  expect(second.topics.has(config)).toBe(false);
});
