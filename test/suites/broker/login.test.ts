import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

const password = 'open-sesame';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'login-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Users `agent` and `observer`, both with the password. */
function passwordFile(): string {
  const file = join(folder(), 'passwords');
  writeFileSync(file, `agent:${password}\nobserver:${password}\n`);
  spawnSync('mosquitto_passwd', ['-U', file]);
  return readFileSync(file, 'utf8');
}

/** A broker with a login and, for the agent, these rules. */
const guarded = (...rules: string[]) =>
  startMosquitto(['allow_anonymous false', 'password_file FOLDER/passwords', 'acl_file FOLDER/acl'], {
    passwords: passwordFile(),
    acl: `user observer\ntopic readwrite #\nuser agent\n${rules.map((rule) => `topic ${rule}`).join('\n')}\n`,
  });

const allRights = ['readwrite infra-monitor/testling/#', 'readwrite homeassistant/device/infra-monitor_testling/#', 'read homeassistant/status'];
const watching = { username: 'observer', password };

async function health(port: number): Promise<{ status: number; reasons: string[] }> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/`);
  return { status: answer.status, reasons: ((await answer.json()) as { reasons: string[] }).reasons };
}

test('the least rights suffice, with the password from a file', async () => {
  const { url } = await guarded(...allRights);
  const file = join(folder(), 'password');
  writeFileSync(file, `${password}\n`);
  const port = await freePort();
  const agent = startAgent({ MQTT_URL: url, MQTT_USERNAME: 'agent', MQTT_PASSWORD_FILE: file, HTTP_PORT: String(port) });
  const { see } = await observe(url, watching);
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
  await see('homeassistant/device/infra-monitor_testling/testling/config');
  expect(await health(port)).toEqual({ status: 200, reasons: [] });
  const check = startAgent({ MQTT_URL: url, MQTT_USERNAME: 'agent', MQTT_PASSWORD_FILE: file }, ['check']);
  expect(await check.ended).toBe(0);
  expect(check.output()).toContain('✓ Broker: we may read and write what we need');
  expect(agent.output() + check.output()).not.toContain(password);
});

test('credentials in the address work and never show', async () => {
  const { port } = await guarded(...allRights);
  const agent = startAgent({ MQTT_URL: `mqtt://agent:${password}@127.0.0.1:${port}`, LOG_LEVEL: 'trace' });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  expect(agent.output()).not.toContain(password);
});

test('a wrong password: which settings to check, tried again, and never shown', async () => {
  const mosquitto = await guarded(...allRights);
  const port = await freePort();
  const agent = startAgent({ MQTT_URL: mosquitto.url, MQTT_USERNAME: 'agent', MQTT_PASSWORD: 'wrong-one', HTTP_PORT: String(port), LOG_LEVEL: 'debug' });
  await until('the error', () => agent.output().includes('check MQTT_USERNAME and MQTT_PASSWORD'));
  expect((await health(port)).reasons).toEqual([expect.stringMatching(/^not connected to mqtt:\/\/127.0.0.1:\d+: .*check MQTT_USERNAME and MQTT_PASSWORD/)]);
  await until('two more tries', () => (agent.output().match(/next try in/g)?.length ?? 0) >= 3, 15);
  expect(agent.output().match(/check MQTT_USERNAME/g), 'told once').toHaveLength(1);
  expect(agent.output()).not.toContain('wrong-one');
});

test.each([
  ['its own topics', allRights.slice(1), /infra-monitor\/testling\/(echo|#)/],
  ['its announcements', [allRights[0] ?? '', 'read homeassistant/status'], /homeassistant\/device\/infra-monitor_testling/],
])('rules that forbid %s: a clear error, once, also in health and check', async (_, rules, topic) => {
  const mosquitto = await guarded(...rules);
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
