import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { until } from '../helpers/until.ts';

test('forget refuses the embedded broker and a running agent, and removes everything of a stopped one', async () => {
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
