import { expect, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';

test('check of a broker: connected with all permissions; unreachable', async () => {
  const { MQTT_URL } = await embedded();
  expect((await run({ MQTT_URL }, 'check')).output).toMatch(/! Broker: embedded, at \S+ \(not running\), with/);
  await running({ MQTT_URL });
  const { output: ofEmbedded } = await run({ MQTT_URL }, 'check');
  expect(ofEmbedded).toMatch(/! Broker: embedded, at \S+:\d+, with/);
  expect(ofEmbedded).not.toContain('did not answer');
  const broker = MQTT_URL.replace('embedded', 'mqtt');
  expect((await run({ MQTT_URL: broker }, 'check')).output).toMatch(
    /✓ Broker: connected to mqtt:\/\/127.0.0.1:\d+ \(MQTT 3.1.1\)\n✓ Broker: all required topics can be read and written/,
  );
  const { status, output } = await run({ MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` }, 'check');
  expect(status).toBe(1);
  expect(output).toMatch(/✗ Broker: mqtt:\/\/127.0.0.1:\d+: .*ECONNREFUSED.*\(is the broker running\? /);
});

test('check sends what the agent would send: a message that is too large for the broker is found', async () => {
  const broker = await startStrictBroker({ connack: { maximumPacketSize: 4000, receiveMaximum: 2 } });
  const check = () => run({ MQTT_URL: broker.url, HOST_SYS: '/none' }, 'check');
  const { status, output } = await check();
  expect(output).toMatch(/^✓ Broker: all required topics can be read and written$/m);
  expect(output).toMatch(/^✗ Broker: homeassistant\/device\/infra-monitor_testling\/testling\/config .* at most 4000/m);
  expect(status).toBe(1);
  expect(broker.violations).toEqual([]);
  broker.connack = { receiveMaximum: 2 };
  const other = await check();
  expect(other.output).toMatch(/^✓ Broker: the largest announcement \(\d+ KiB\) can be sent$/m);
  expect(broker.violations).toEqual([]);
  // Neither the probes nor the will stay.
  expect(broker.retained).toEqual(new Map());
  broker.retainsByNameOnly = true;
  const byNameOnly = /this broker sends retained messages only for full topic names/;
  expect((await check()).output).toMatch(byNameOnly);
  expect(await run({ MQTT_URL: broker.url }, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringMatching(byNameOnly),
  });
  broker.retainsByNameOnly = false;
  broker.connack = { wildcardSubscriptionAvailable: false };
  expect((await check()).output).toMatch(byNameOnly);
  expect(await run({ MQTT_URL: broker.url }, 'recorder')).toMatchObject({
    status: 2,
    output: expect.stringMatching(byNameOnly),
  });
  expect(broker.violations).toEqual([]);
});

test('check warns when Home Assistant soon takes no more entities of this broker', async () => {
  const { url, port } = await startBroker();
  const { client } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  const check = async (count: number) => {
    const components = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`e${index}`, { p: 'sensor', name: `${index}` }]),
    );
    await client.publishAsync('homeassistant/device/bridge/config', JSON.stringify({ cmps: components }), {
      retain: true,
      qos: 1,
    });
    return (await run({ MQTT_URL: url, HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off' }, 'check')).output;
  };
  expect(await check(7990)).not.toMatch(/enabled entities/);
  expect(await check(8000)).toMatch(/^! Home Assistant: .* announce 8000 enabled entities, .* accepts at most 10000:/m);
});

test('in German, what to check of a broker is German', async () => {
  const port = await freePort();
  const { output } = await run({ AGENT_LANGUAGE: 'de', MQTT_URL: `mqtt://127.0.0.1:${port}` }, 'check');
  expect(output).toMatch(
    /^✗ Broker: mqtt:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.* \(läuft der Broker\? In einem Container /m,
  );
});
