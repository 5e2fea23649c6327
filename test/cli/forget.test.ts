import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { patience } from '../helpers/patience.ts';
import { until } from '../helpers/until.ts';

test('forget refuses the embedded broker and a running agent, and removes everything of a stopped one', {
  timeout: 60_000 * patience,
}, async () => {
  expect(await run({}, 'forget')).toMatchObject({ status: 2, output: expect.stringContaining('nothing to forget') });
  const { MQTT_URL } = await embedded();
  const broker = await running({ MQTT_URL, AGENT_NAME: 'broker' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt') };
  const agent = await running(settings);
  expect(await run(settings, 'forget')).toMatchObject({
    status: 2,
    output: expect.stringContaining('testling is running'),
  });
  await agent.stop();
  expect(await run(settings, 'forget', 'other')).toMatchObject({
    status: 2,
    output: expect.stringContaining('this agent has announced testling'),
  });
  expect(await run(settings, 'forget', '--list')).toMatchObject({
    status: 0,
    output: expect.stringMatching(
      /^testling \(testling\)\n {2}testling +testling[\s\S]*\nOther agents\n {2}--agent broker +online\n$/,
    ),
  });
  expect(await run(settings, 'forget', 'testling/filesystem_nowhere')).toMatchObject({
    status: 2,
    output: expect.stringContaining('unknown part'),
  });
  const { client, topics, see } = await observe(settings.MQTT_URL, { protocolVersion: 4 });
  const claim = (owner: string) => ({ agent: owner, device: 'home', rank: 0, since: '2026-03-04T05:06:07Z' });
  for (const owner of ['testling', 'other'])
    await client.publishAsync(`infra-monitor/shared/router/${owner}`, JSON.stringify(claim(owner)), {
      qos: 1,
      retain: true,
    });
  await see('infra-monitor/shared/router/testling');
  expect(await run(settings, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/✓ Removed: 1 device and \d+ topics/),
  });
  // Another agent may own the router now.
  await until('the claim is freed', () => !topics.has('infra-monitor/shared/router/testling'));
  expect(topics.has('infra-monitor/shared/router/other')).toBe(true);
  expect(await run(settings, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringContaining('Removed: 0 devices and 0 topics'),
  });
  await broker.stop();
});

test('forget takes what was published for the whole lab along, once no other agent publishes it', {
  timeout: 60_000 * patience,
}, async () => {
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
  // What is said on the echo topic is not retained.
  const lab = () => [...observer.topics.keys()].filter((topic) => /\/(infra-monitor_)?sites\/(?!echo)/.test(topic));
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
  expect(lab()).not.toEqual([]);

  await second.stop();
  expect(await run(watch, 'forget', '--agent', 'first')).toMatchObject({ status: 0 });
  expect(await run({ ...watch, AGENT_NAME: 'second' }, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/Sites: published by no other agent\n.*\n✓ Removed: \d+ devices and \d+ topics\n$/),
  });
  await until('nothing is left', () => lab().length === 0);
});

test('forget takes the id of an agent as forget --list prints it', async () => {
  const broker = await startBroker();
  const { client, topics } = await observe(broker.url, { protocolVersion: 4 });
  const status = 'infra-monitor/long_name__0a1b2c/status';
  await client.publishAsync(status, 'offline', { qos: 1, retain: true });
  const forget = (...args: string[]) => run({ MQTT_URL: broker.url }, 'forget', ...args);
  expect((await forget('--list')).output).toContain('--agent long_name__0a1b2c');
  expect(await forget('--agent', 'long_name__0a1b2c', '--force')).toMatchObject({ status: 0 });
  await until('its topic is cleared', () => !topics.has(status));
});

test('the watch forgets an agent that is lost, at the button of its device, and none that runs', {
  timeout: 60_000 * patience,
}, async () => {
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
  const left = () => [...observer.topics.keys()].filter((topic) => /\/(infra-monitor_)?pi\/(?!echo)/.test(topic));
  await until('nothing of it is left', () => left().length === 0, 30);
  // What is left is a tombstone, until Home Assistant is there.
  await until('nor of its button', () => !hasButton(observer.topics.get(announcement) ?? ''), 30);
  expect(watch.output()).toContain('"agent_pi": "forget" requested over MQTT: done');
});
