import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startAgent as start } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe, readRetained } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { HomeAssistant } from './home-assistant.ts';
import { slowLine } from './slow-line.ts';
import { discoveryTopic, stage } from './stage.ts';

const retired = 'infra-monitor_testling_testling_host-host-retired';

/** What an earlier version of the agent announced. */
const earlier = JSON.stringify({
  device: { identifiers: ['infra-monitor_testling_testling'], name: 'testling' },
  origin: { name: 'Home Lab Infra Monitor' },
  components: {
    'host-host-retired': {
      platform: 'sensor',
      unique_id: retired,
      name: 'Retired',
      state_topic: 'infra-monitor/testling/host/testling',
      value_template: '{{ value_json.retired }}',
    },
  },
});

const isGone = async (registry: () => Promise<Map<string, unknown>>, seconds = 40) =>
  until('the retired entity is gone', async () => !(await registry()).has(retired), seconds);

test('what is not declared any more goes while Home Assistant is online', async () => {
  const { homeAssistant, untilAvailable } = await stage({}, async ({ client }) => {
    await client.publishAsync(discoveryTopic, earlier, { retain: true, qos: 1 });
    await pause(1000);
  });
  await isGone(() => homeAssistant.registry());
  await untilAvailable();
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('what was buried while Home Assistant was away goes after its next start', async () => {
  const { homeAssistant, agent, startAgent, observer, untilAvailable } = await stage();
  await untilAvailable();
  await agent.stop();
  const before = JSON.parse(observer.topics.get(discoveryTopic) ?? '{}') as { components: object };
  const { components } = JSON.parse(earlier) as { components: object };
  await observer.client.publishAsync(
    discoveryTopic,
    JSON.stringify({ ...before, components: { ...before.components, ...components } }),
    { retain: true, qos: 1 },
  );
  await until('the retired entity is there', async () => (await homeAssistant.registry()).has(retired));
  await homeAssistant.stop();
  startAgent();
  await observer.see(discoveryTopic, (payload) => payload.includes('"host-host-retired":{"platform":"sensor"}'));
  await homeAssistant.start();
  expect((await homeAssistant.registry()).has(retired)).toBe(true);
  await isGone(() => homeAssistant.registry());
  await observer.see(discoveryTopic, (payload) => !payload.includes('retired'), 120);
  await untilAvailable();
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('a collector that is switched off takes its entities along', async () => {
  const { homeAssistant, agent, startAgent, untilAvailable } = await stage();
  await untilAvailable();
  await agent.stop();
  startAgent({ AGENT_SCHEDULE: 'off' });
  await until(
    'no entity of the agent’s own',
    async () => (await homeAssistant.entities()).every((id) => !id.includes('_agent-')),
    20,
  );
  await untilAvailable();
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('what is removed while Home Assistant is still setting it up goes all the same', async () => {
  const mosquitto = await startMosquitto();
  const observer = await observe(mosquitto.url);
  const line = await slowLine(mosquitto.port);
  const homeAssistant = await HomeAssistant.start(line.port);
  const settings = { MQTT_URL: mosquitto.url, HOST_SCHEDULE: '*/2 * * * * *' };
  await observer.see('homeassistant/status', (status) => status === 'online');
  line.hold();
  const agent = start(settings);
  await observer.see(discoveryTopic, (payload) =>
    payload.includes('"agent-agent-agent_version":{"platform":"sensor",'),
  );
  await agent.stop();
  start({ ...settings, AGENT_SCHEDULE: 'off' });
  await observer.see(discoveryTopic, (payload) =>
    payload.includes('"agent-agent-agent_version":{"platform":"sensor"}'),
  );
  await observer.see('infra-monitor/testling/status', (status) => status === 'online');
  // Nothing else is announced that would repeat the removal by chance.
  await pause(12_000);
  line.release();
  const own = async () => (await homeAssistant.entities()).filter((id) => id.includes('_agent-'));
  const host = async () => (await homeAssistant.entities()).filter((id) => id.includes('_host-'));
  await until('its other entities', async () => (await host()).length > 5, 40);
  await until('no entity of the agent’s own', async () => (await own()).length === 0, 90);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('a device that the user removes stays away until the agent starts anew', async () => {
  const { homeAssistant, agent, startAgent, observer, untilAvailable } = await stage();
  await untilAvailable();
  await homeAssistant
    .ask('config/device_registry/remove', { device_id: (await homeAssistant.device())?.id })
    .catch(async () => {
      // Home Assistant before 2026.8.
      const [entry] = await homeAssistant.ask<{ entry_id: string }[]>('config_entries/get', { domain: 'mqtt' });
      await homeAssistant.ask('config/device_registry/remove_config_entry', {
        device_id: (await homeAssistant.device())?.id,
        config_entry_id: entry?.entry_id,
      });
    });
  await until('the announcement is gone', () => !observer.topics.has(discoveryTopic));
  await until('the agent has noticed', () => agent.output().includes('removed in Home Assistant'));
  await homeAssistant.restart();
  await pause(8000);
  expect(await homeAssistant.device()).toBeUndefined();
  expect(await homeAssistant.entities()).toEqual([]);
  await agent.stop();
  startAgent();
  await untilAvailable();
});

test('forget leaves nothing', async () => {
  const { homeAssistant, agent, mosquitto, untilAvailable } = await stage();
  await untilAvailable();
  await agent.stop();
  const forget = start({ MQTT_URL: mosquitto.url }, ['forget']);
  expect(await forget.ended).toBe(0);
  expect(forget.output()).toContain('Removed: 1 device');
  await until('no entity', async () => (await homeAssistant.entities()).length === 0);
  expect(await homeAssistant.device()).toBeUndefined();
  expect([...(await readRetained(mosquitto.url)).keys()].filter((topic) => topic.includes('testling'))).toEqual([]);
  expect(await homeAssistant.complaints()).toEqual([]);
  await homeAssistant.restart();
  expect(await homeAssistant.entities()).toEqual([]);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('forget while Home Assistant is away says so and touches nothing', async () => {
  const { homeAssistant, agent, observer, mosquitto, untilAvailable } = await stage();
  await untilAvailable();
  await agent.stop();
  await homeAssistant.stop();
  await observer.client.unsubscribeAsync('#');
  const careful = start({ MQTT_URL: mosquitto.url }, ['forget']);
  expect(await careful.ended).toBe(2);
  expect(careful.output()).toContain('Home Assistant is not connected to this broker');
  expect(await start({ MQTT_URL: mosquitto.url }, ['forget', '--force']).ended).toBe(0);
});
