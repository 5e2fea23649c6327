import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { run, running } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { until } from '../helpers/until.ts';

/** A drive that was pulled before the agent started, as an earlier run of the agent has left it on the broker. */
const pulledDrive = {
  'homeassistant/device/infra-monitor_testling/s4ev/config': JSON.stringify({
    device: {
      identifiers: ['infra-monitor_testling_s4ev'],
      name: 'testling Samsung',
      manufacturer: 'Samsung',
      model: 'Samsung SSD 970 EVO',
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
    '  s4ev                 testling Samsung  Samsung SSD 970 EVO, S4EV  unavailable since 2026-01-02 03:04 UTC',
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

test('forget of a device: a running agent refuses one that it reads, and forgets one that is gone', async () => {
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
