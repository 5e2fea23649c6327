import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { embedded, run, running } from '../helpers/cli.ts';
import { until } from '../helpers/until.ts';

test('forget refuses the embedded broker and a running agent, and removes everything of a stopped one', {
  timeout: 60_000,
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
  expect(await run(settings, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringMatching(/✓ Removed: 1 device and \d+ topics/),
  });
  expect(await run(settings, 'forget')).toMatchObject({
    status: 0,
    output: expect.stringContaining('Removed: 0 devices and 0 topics'),
  });
  await broker.stop();
});

test('dashboard and recorder print what the agents on the broker announce', async () => {
  const settings = await embedded();
  const agent = await running(settings);
  const written = async (command: string) => {
    const { status, output } = await run({ ...settings, AGENT_NAME: 'another' }, command);
    expect(status, output).toBe(0);
    return parse(output) as Record<string, unknown>;
  };
  await until('announced', async () => (await run(settings, 'dashboard')).status === 0, 20);
  expect(await written('dashboard')).toMatchObject({
    title: 'Lab',
    views: expect.arrayContaining([
      expect.objectContaining({ title: 'testling', path: 'infra-monitor-testling-testling' }),
    ]),
  });
  expect(await written('recorder')).toMatchObject({
    recorder: {
      exclude: { entities: expect.arrayContaining(['sensor.testling_pressure_memory', 'sensor.testling_agent_cpu']) },
    },
  });
  await agent.stop();
  expect(await run(settings, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringContaining('Cannot connect to the broker'),
  });
});

test('dashboard reports that no devices are announced', async () => {
  const settings = await embedded();
  await running({ ...settings, HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off', AGENT_SCHEDULE: 'off' });
  expect(await run(settings, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringContaining('No devices are announced on homeassistant/device/+/+/config'),
  });
});
