import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { folder, health, leastRights, password, startGuarded, watching } from './guarded.ts';

test('the least rights suffice, with the password from a file', async () => {
  const { url } = await startGuarded(leastRights);
  const file = join(folder(), 'password');
  writeFileSync(file, `${password}\n`);
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: url,
    MQTT_USERNAME: 'agent',
    MQTT_PASSWORD_FILE: file,
    HTTP_PORT: String(port),
  });
  const { see } = await observe(url, watching);
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
  await see('homeassistant/device/infra-monitor_testling/testling/config');
  // The agent hears of its message's acknowledgement after the observer has seen the message.
  await until('healthy', async () => (await health(port)).status === 200);
  const check = startAgent({ MQTT_URL: url, MQTT_USERNAME: 'agent', MQTT_PASSWORD_FILE: file }, ['check']);
  expect(await check.ended).toBe(0);
  expect(check.output()).toContain('✓ Broker: all required topics can be read and written');
  expect(agent.output() + check.output()).not.toContain(password);
});

test('credentials in the address work and never show', async () => {
  const { port } = await startGuarded(leastRights);
  const agent = startAgent({ MQTT_URL: `mqtt://agent:${password}@127.0.0.1:${port}`, LOG_LEVEL: 'trace' });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  expect(agent.output()).not.toContain(password);
});

test('a wrong password: which settings to check, tried again, and never shown', async () => {
  const mosquitto = await startGuarded(leastRights);
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: 'agent',
    MQTT_PASSWORD: 'wrong-one',
    HTTP_PORT: String(port),
    LOG_LEVEL: 'debug',
  });
  await until('the error', () => agent.output().includes('check MQTT_USERNAME and MQTT_PASSWORD'));
  expect((await health(port)).reasons).toEqual([
    expect.stringMatching(/^not connected to mqtt:\/\/127.0.0.1:\d+: .*check MQTT_USERNAME and MQTT_PASSWORD/),
  ]);
  const delays = () =>
    [...agent.output().matchAll(/reconnecting in ([\d.]+) s/g)].map(([, seconds]) => Number(seconds));
  await until('three more tries', () => delays().length >= 4, 15);
  for (const [attempt, seconds] of delays().entries()) {
    expect(seconds).toBeGreaterThanOrEqual(2 ** attempt / 2);
    expect(seconds).toBeLessThanOrEqual(2 ** attempt);
  }
  expect(agent.output().match(/check MQTT_USERNAME/g), 'told once').toHaveLength(1);
  expect(agent.output()).not.toContain('wrong-one');
});

test.each([
  ['its own topics', leastRights.slice(1), /infra-monitor\/testling\/(echo|#)/],
  [
    'its announcements',
    leastRights.filter((rule) => !rule.includes('device')),
    /homeassistant\/device\/infra-monitor_testling/,
  ],
])('rules that forbid %s: a clear error, once, also in health and check', async (_, rules, topic) => {
  const mosquitto = await startGuarded(rules);
  const port = await freePort();
  const settings = { MQTT_URL: mosquitto.url, MQTT_USERNAME: 'agent', MQTT_PASSWORD: password };
  const agent = startAgent({ ...settings, HTTP_PORT: String(port) });
  await until('the error', () => /error MQTT: .*let this user/.test(agent.output()), 20);
  expect(agent.output()).toMatch(topic);
  expect(await health(port)).toMatchObject({ status: 503, reasons: [expect.stringMatching(topic)] });
  const check = startAgent(settings, ['check']);
  expect(await check.ended).toBe(1);
  expect(check.output()).toMatch(topic);
  expect(agent.output().match(/error MQTT/g)).toHaveLength(1);
});
