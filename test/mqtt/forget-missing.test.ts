import { expect, test } from 'vitest';
import { livenessAnswerPayload, livenessQuestionPayload } from '../../src/mqtt/liveness-messages.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe } from '../helpers/observer.ts';
import { device, probe, stateOf } from '../helpers/sample-collector.ts';
import { startSession } from '../helpers/session.ts';
import { until } from '../helpers/until.ts';

test('a drive that is forgotten is removed, also if this connection has announced it', async () => {
  const broker = await startBroker();
  const { client, topics, see } = await observe(broker.url, { protocolVersion: 4 });
  const collector = probe(async () => []);
  const other = { table: 'thing' as const, device: { id: 'Thing 2', name: 'Other' }, reading: {} };
  const state = stateOf(collector, [{ table: 'thing' as const, device, reading: {} }, other], [other]);
  const { session, lines } = startSession(broker.url, collector, state);
  const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';
  await see(config, (payload) => payload.includes('probe-thing-forget'));
  await see('infra-monitor/nas/probe/thing_1');
  state.forgetMissing({ collector: 'probe', device: 'thing_1' });
  session.update();
  await until('its topics are cleared', () => !topics.has('infra-monitor/nas/probe/thing_1'), 30);
  const { components } = JSON.parse(topics.get(config) ?? '') as { components: Record<string, object> };
  expect(Object.values(components).every((component) => Object.keys(component).join() === 'platform')).toBe(true);
  expect(topics.has('infra-monitor/nas/probe/thing_2')).toBe(true);
  // Home Assistant 2026.2 clears the announcement, once for each of its entities: nobody has dismissed the device.
  for (let count = 0; count < 3; count += 1) await client.publishAsync(config, '', { retain: true, qos: 1 });
  // The session has heard of it once it answers what was sent afterwards.
  await client.publishAsync('infra-monitor/nas/echo', livenessQuestionPayload('marker'), { qos: 1 });
  await see('infra-monitor/nas/echo', (payload) => payload === livenessAnswerPayload('marker'));
  state.record(collector, {
    ok: true,
    observations: [{ table: 'thing' as const, device, reading: {} }, other],
    at: new Date(),
    seconds: 0,
  });
  session.update();
  await see(config, (payload) => payload.includes('probe-thing-level'), 30);
  expect(lines.filter((line) => line.includes('cleared'))).toEqual([]);
});

test('a part that is forgotten is removed from Home Assistant, then from the broker, and nothing else is', async () => {
  const broker = await startBroker();
  const { topics, see } = await observe(broker.url, { protocolVersion: 4 });
  const collector = probe(async () => []);
  const whole = { table: 'thing' as const, device, reading: {} };
  const piece = { table: 'part' as const, device, part: { id: 'usb', name: 'usb' }, reading: {} };
  const state = stateOf(collector, [whole, piece], [whole]);
  const { session } = startSession(broker.url, collector, state);
  const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';
  await see(config, (payload) => payload.includes('probe-part_usb-forget'));
  await see('infra-monitor/nas/probe/thing_1/part_usb');
  state.forgetMissing({ collector: 'probe', device: 'thing_1', part: { table: 'part', id: 'usb' } });
  session.update();
  await until('its topics are cleared', () => ![...topics.keys()].some((topic) => topic.includes('part_usb')), 30);
  const { components } = JSON.parse(topics.get(config) ?? '') as { components: Record<string, object> };
  // Tombstones, until Home Assistant starts again.
  expect(components['probe-part_usb-level']).toEqual({ platform: 'sensor' });
  expect(components['probe-part_usb-forget']).toEqual({ platform: 'button' });
  expect(components['probe-thing-level']).toHaveProperty('unique_id');
  expect(topics.has('infra-monitor/nas/probe/thing_1')).toBe(true);
});
