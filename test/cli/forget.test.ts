import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe, readRetained } from '../helpers/observer.ts';
import { patience } from '../helpers/patience.ts';
import { until } from '../helpers/until.ts';

/** Topics of this ID that a broker retains. */
const retainedOfId = async (url: string, id: string) =>
  [...(await readRetained(url)).keys()].filter((topic) => new RegExp(`/(infra-monitor_)?${id}/`).test(topic));

test('forget refuses the embedded broker and a running agent, and removes everything of a stopped one', {
  timeout: 60_000 * patience,
}, async () => {
  const { MQTT_URL } = await embedded();
  expect(await run({ MQTT_URL }, 'forget')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/runs its own broker.*it is not running/),
  });
  const broker = await running({ MQTT_URL, AGENT_NAME: 'broker' });
  const ofBroker = { MQTT_URL, AGENT_NAME: 'broker' };
  expect(await run(ofBroker, 'forget')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/runs its own broker.*stop it/),
  });
  expect(await run(ofBroker, 'forget', '--list')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/^broker \(broker\)\n {2}broker +broker/),
  });
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
  await client.publishAsync('infra-monitor/broker/agent/never_there/command', 'forget', { qos: 1 });
  await until('it says so', () => broker.output().includes('nothing of this name was known'));
  expect(broker.output()).not.toContain(': done');
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
  await until('nothing of it is left', async () => (await retainedOfId(broker.url, 'pi')).length === 0, 30);
  // What is left is a tombstone, until Home Assistant is there.
  await until('nor of its button', () => !hasButton(observer.topics.get(announcement) ?? ''), 30);
  expect(watch.output()).toContain('"agent_pi": "forget" requested over MQTT: done');
});

/** A drive that was pulled before the agent started, as an earlier run of the agent has left it on the broker. */
const pulledDrive = {
  'homeassistant/device/infra-monitor_testling/s4ev/config': JSON.stringify({
    device: {
      identifiers: ['infra-monitor_testling_s4ev'],
      name: 'testling Samsung',
      manufacturer: 'Samsung',
      model: '970 EVO',
      serial_number: 'S4EV',
    },
    origin: { name: 'Home Lab Infra Monitor' },
    components: {
      'nvme-drive-wear': { platform: 'sensor', unique_id: 'infra-monitor_testling_s4ev_nvme-drive-wear', name: 'Wear' },
    },
  }),
  'infra-monitor/testling/nvme/s4ev': '{}',
  'infra-monitor/testling/nvme/s4ev/availability': 'offline',
  'infra-monitor/testling/nvme/s4ev/namespace_n1': '{}',
  'infra-monitor/testling/problems': JSON.stringify({
    worst: 'outage',
    count: 1,
    reason: null,
    problems: [
      {
        id: 'nvme/s4ev/missing',
        cause: 'S4EV/missing',
        place: 'device',
        subject: 'testling Samsung',
        severity: 'outage',
        text: 'no longer present',
        since: '2026-01-02T03:04:05.000Z',
        certain: true,
      },
    ],
  }),
};

test('forget --list groups what there is by device, with what it is and since when it is gone', async () => {
  const broker = await startBroker();
  const { client } = await observe(broker.url, { protocolVersion: 4 });
  for (const [topic, payload] of Object.entries(pulledDrive))
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
  const { output } = await run({ MQTT_URL: broker.url }, 'forget', '--list');
  expect(output.split('\n')).toEqual([
    'testling (testling)',
    '  s4ev                 testling Samsung  Samsung 970 EVO, S4EV  unavailable since 2026-01-02 03:04 UTC',
    '    s4ev/namespace_n1                    Namespace',
    '',
  ]);
  // A part is removed by a running agent only.
  for (const force of [[], ['--force']])
    expect(await run({ MQTT_URL: broker.url }, 'forget', 's4ev/namespace_n1', ...force)).toMatchObject({
      status: 2,
      output: expect.stringMatching(/only a running agent removes.*start .*, or forget s4ev as a whole/),
    });
  expect(await run({ MQTT_URL: broker.url, AGENT_NAME: 'new' }, 'forget', '--list')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/^new \(new\)\n– It has published nothing on this broker\n/),
  });
});

test('forget of a device: a running agent refuses one that it reads, and forgets one that is gone', {
  timeout: 90_000 * patience,
}, async () => {
  const broker = await startBroker();
  const observer = await observe(broker.url, { protocolVersion: 4 });
  for (const [topic, payload] of Object.entries(pulledDrive))
    await observer.client.publishAsync(topic, payload, { qos: 1, retain: true });
  const claim = 'infra-monitor/shared/router/testling';
  await observer.client.publishAsync(
    claim,
    JSON.stringify({ agent: 'testling', device: 's4ev', rank: 0, since: '2026-03-04T05:06:07Z' }),
    { qos: 1, retain: true },
  );
  const settings = { MQTT_URL: broker.url };
  const agent = await running(settings);
  await observer.see('infra-monitor/testling/host/testling/availability', (payload) => payload === 'online', 20);
  expect(await run(settings, 'forget', 'testling')).toMatchObject({
    status: 2,
    output: expect.stringMatching(
      /^testling is running and still reads testling, and would publish it again\. It is the machine .*: stop the agent/,
    ),
  });
  expect(observer.topics.has('infra-monitor/testling/host/testling')).toBe(true);
  expect(await run(settings, 'forget', 'nowhere')).toMatchObject({
    status: 2,
    output: expect.stringContaining('nowhere: unknown device'),
  });
  expect(await run(settings, 'forget', 'S4EV', '--force')).toMatchObject({
    status: 2,
    output: expect.stringContaining('--force has no effect while testling is running'),
  });
  const { status, output } = await run(settings, 'forget', 'S4EV');
  expect({ status, output }).toEqual({ status: 0, output: expect.stringMatching(/\n✓ Removed: s4ev\n$/) as string });
  // All but the command itself, which is not retained.
  await until('its topics are cleared', () => {
    const left = [...observer.topics.keys()].filter((topic) => topic.includes('/nvme/s4ev'));
    return left.join() === 'infra-monitor/testling/nvme/s4ev/command';
  });
  await until('its claim is freed', () => !observer.topics.has(claim));
  await agent.stop();
});
