import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { accessList, health, leastRights, password, startGuarded, watching } from './guarded.ts';
import { olderOnly } from './older-only.ts';

const config = 'homeassistant/device/infra-monitor_testling/testling/config';
const status = 'infra-monitor/testling/status';
const host = 'infra-monitor/testling/host/testling';
const is = (wanted: string) => (payload: string) => payload === wanted;
const fast = { HOST_SCHEDULE: '* * * * * *' };
const errors = (output: string) => output.split('\n').filter((line) => line.includes(' error '));

/** The announcement of a host has some 20 kB. */
test.each(['max_packet_size', 'message_size_limit'])(
  '%s: what is too large is named once with its size, and the rest is there',
  async (limit) => {
    const { url } = await startMosquitto(['allow_anonymous true', `${limit} 10000`]);
    const { see, topics } = await observe(url);
    const port = await freePort();
    const agent = startAgent({ MQTT_URL: url, HTTP_PORT: String(port), ...fast });
    await see(status, is('online'), 30);
    await see(host);
    expect(topics.has(config)).toBe(false);
    const told = new RegExp(`${config}: packet too large \\(0x95\\): the packet (is|would be) \\d+ bytes long`);
    expect(await health(port)).toEqual({ status: 503, reasons: [expect.stringMatching(told)] });
    expect(errors(agent.output())).toEqual([expect.stringMatching(told)]);
  },
);

test('a broker of MQTT 3.1.1 that hangs up on what is too large: named with its size, and the rest is there', async () => {
  const { port, url } = await startMosquitto(['allow_anonymous true', 'max_packet_size 10000']);
  const agent = startAgent({ MQTT_URL: await olderOnly(port) });
  const { see, topics } = await observe(url);
  await see(status, is('online'), 30);
  expect(topics.has(host)).toBe(true);
  expect(topics.has(config)).toBe(false);
  expect(errors(agent.output())).toEqual([
    expect.stringMatching(
      new RegExp(`the broker closed the connection while ${config} \\(\\d+ bytes\\) was being sent; trying again`),
    ),
    expect.stringMatching(
      new RegExp(
        `${config}: packet too large \\(0x95\\): the packet would be (\\d+) bytes long, but the broker closed the connection at \\1; left out, because Home Assistant disables them by default: host-host-`,
      ),
    ),
    expect.stringMatching(
      new RegExp(
        `the broker refuses ${config}: packet too large \\(0x95\\): the packet would be (\\d+) bytes long, but the broker closed the connection at \\1$`,
      ),
    ),
  ]);
});

test.each([1, 5])('max_inflight_messages %i: all is there, and the connection lasts', async (most) => {
  const { url } = await startMosquitto(['allow_anonymous true', `max_inflight_messages ${most}`]);
  const { see } = await observe(url);
  const agent = startAgent({ MQTT_URL: url, ...fast });
  await see(status, is('online'), 30);
  await see(config);
  expect(agent.output()).not.toMatch(/error/);
});

test('announcements that are allowed while the agent runs: announced, and all is well', async () => {
  const [own, , listening] = leastRights as [string, string, string];
  const mosquitto = await startGuarded([own, listening]);
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: 'agent',
    MQTT_PASSWORD: password,
    HTTP_PORT: String(port),
  });
  const { see } = await observe(mosquitto.url, watching);
  await see(status, is('online'), 30);
  await until('the error', () => errors(agent.output()).length === 1);
  writeFileSync(join(mosquitto.folder, 'acl'), accessList(leastRights));
  mosquitto.process().kill('SIGHUP');
  await see(config, undefined, 30);
  await until('well', async () => (await health(port)).status === 200);
  expect(agent.output()).toContain('the broker accepts everything again');
});

test('MQTT 3.1.1, where what is forbidden is acknowledged: the same', async () => {
  const [own, , listening] = leastRights as [string, string, string];
  const mosquitto = await startGuarded([own, listening]);
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: await olderOnly(mosquitto.port),
    MQTT_USERNAME: 'agent',
    MQTT_PASSWORD: password,
    HTTP_PORT: String(port),
  });
  const { see } = await observe(mosquitto.url, watching);
  await until('the error', () => errors(agent.output()).length === 1, 20);
  writeFileSync(join(mosquitto.folder, 'acl'), accessList(leastRights));
  mosquitto.process().kill('SIGHUP');
  await see(config, undefined, 30);
  await until('well', async () => (await health(port)).status === 200);
});
