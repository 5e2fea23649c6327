import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { olderOnly } from './older-only.ts';

test.each([
  ['MQTT 5', (broker: number) => `mqtt://127.0.0.1:${broker}`],
  ['MQTT 3.1.1', (broker: number) => olderOnly(broker)],
])('two agents of one name over %s: the first is told and stays away, without a fight', async (_, through) => {
  const mosquitto = await startMosquitto();
  const MQTT_URL = await through(mosquitto.port);
  const first = startAgent({ MQTT_URL });
  await until('the first is connected', () => first.output().includes('MQTT: connected'));
  const second = startAgent({ MQTT_URL });
  await until('the second is connected', () => second.output().includes('MQTT: connected'));
  await until('the first knows', () =>
    first.output().includes('another agent is connected as testling: give each agent its own AGENT_NAME'),
  );
  const logins = () => mosquitto.output().match(/as infra-monitor-testling \(/g)?.length;
  await pause(5000);
  expect(logins()).toBe(2);
  const { see } = await observe(mosquitto.url);
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
  expect(second.output()).not.toMatch(/error/);
});
