import { expect, test } from 'vitest';
import { startAgent } from './helpers/agent.ts';
import { observe } from './helpers/observer.ts';
import { freePort } from './helpers/ports.ts';
import { until } from './helpers/until.ts';

test('without a broker setting it starts its own, publishes this machine and stops cleanly', async () => {
  const port = await freePort();
  const agent = startAgent({ MQTT_URL: `embedded://127.0.0.1:${port}` });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  const { see } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
  const state = JSON.parse(await see('infra-monitor/testling/host/testling'));
  expect(state.memory_total).toBeGreaterThan(0);
  expect(Object.keys(JSON.parse(await see('homeassistant/device/infra-monitor_testling/testling/config')))).toEqual([
    'device',
    'origin',
    'components',
  ]);
  const began = performance.now();
  expect(await agent.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(2000);
});
