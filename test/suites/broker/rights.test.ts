import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { accessList, health, leastRights, password, startGuarded, watching } from './guarded.ts';
import { olderOnly } from './older-only.ts';

const [own, announcing, listening] = leastRights as [string, string, string];
const only = (right: 'read' | 'write', rule: string) => rule.replace('readwrite', right);
const config = 'homeassistant/device/infra-monitor_testling/testling/config';

const gaps: [string, string[], RegExp][] = [
  [
    'its own topics',
    [announcing, listening],
    /must let this user read and write infra-monitor\/testling\/#|must let this user write infra-monitor\/testling\/#/,
  ],
  [
    'writing its own topics',
    [only('read', own), announcing, listening],
    /must let this user (read and )?write infra-monitor\/testling\/#/,
  ],
  [
    'reading its own topics',
    [only('write', own), announcing, listening],
    /must let this user read and write infra-monitor\/testling\/#/,
  ],
  [
    'its announcements',
    [own, listening],
    /must let this user read and write .* and homeassistant\/device\/infra-monitor_testling\/\+\/config/,
  ],
  [
    'writing its announcements',
    [own, only('read', announcing), listening],
    /must let this user read and write .* and homeassistant\/device\/infra-monitor_testling\/\+\/config/,
  ],
  [
    'reading its announcements',
    [own, only('write', announcing), listening],
    /must let this user read and write .* and homeassistant\/device\/infra-monitor_testling\/\+\/config/,
  ],
];

/** Starts an agent under each set of rules and waits for what it says. */
async function tryAll(through: (broker: number) => string | Promise<string>) {
  await Promise.all(
    gaps.map(async ([gap, rules, told]) => {
      const url = await through((await startGuarded(rules)).port);
      const port = await freePort();
      const agent = startAgent({
        MQTT_URL: url,
        MQTT_USERNAME: 'agent',
        MQTT_PASSWORD: password,
        HTTP_PORT: String(port),
      });
      await until(`an error for want of ${gap}`, () => agent.output().includes('error MQTT: '), 20);
      expect(agent.output(), gap).toMatch(told);
      expect(await health(port), gap).toMatchObject({ status: 503, reasons: [expect.stringMatching(told)] });
      expect(agent.output().match(/error MQTT/g), `${gap}: told once`).toHaveLength(1);
    }),
  );
}

test('MQTT 5: what a rule forbids is said in log and health, with what to allow', () =>
  tryAll((broker) => `mqtt://127.0.0.1:${broker}`));

test('MQTT 3.1.1, where the broker drops what it forbids without a word: the same', () =>
  tryAll((broker) => olderOnly(broker)));

test('announcements that were forbidden are no removed devices once they are allowed', async () => {
  const mosquitto = await startGuarded([own, listening], ['persistence true', 'persistence_location FOLDER/']);
  const agent = startAgent({ MQTT_URL: mosquitto.url, MQTT_USERNAME: 'agent', MQTT_PASSWORD: password });
  await until('the error', () => agent.output().includes('error MQTT: '));
  writeFileSync(join(mosquitto.folder, 'acl'), accessList(leastRights));
  await mosquitto.kill('SIGTERM');
  await mosquitto.start();
  const { see } = await observe(mosquitto.url, watching);
  await see(config, undefined, 20);
  expect(agent.output()).not.toContain('removed in Home Assistant');
});
