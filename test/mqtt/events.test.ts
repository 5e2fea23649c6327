import { expect, onTestFinished, test } from 'vitest';
import type { DeviceEvent } from '../../src/model/event.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { device, probe, stateOf } from '../helpers/sample-collector.ts';
import { startSession } from '../helpers/session.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);
const topic = 'infra-monitor/nas/probe/thing_1/event';
const happening = (type: string, more: object = {}): DeviceEvent => ({
  type,
  at: new Date('2026-01-02T03:04:05Z'),
  ...more,
});
const happened = (...events: DeviceEvent[]) => stateOf(collector, [{ table: 'thing', device, reading: {}, events }]);

async function broker() {
  const settings: MqttSettings = {
    MQTT_URL: { protocol: 'embedded', host: '127.0.0.1', port: await freePort(), path: '' },
    MQTT_BASE_TOPIC: 'infra-monitor',
    MQTT_DISCOVERY_PREFIX: 'homeassistant',
    MQTT_BIRTH_TOPIC: 'homeassistant/status',
    MQTT_BIRTH_PAYLOAD: 'online',
  };
  const embedded = await startEmbeddedBroker(settings);
  onTestFinished(() => embedded.close());
  const url = `mqtt://127.0.0.1:${settings.MQTT_URL.port}`;
  return { url, ...(await observe(url, { protocolVersion: 4 })) };
}

test('an event is published once, not retained, with its attributes, and then forgotten', async () => {
  const { url, see, messages } = await broker();
  const state = happened(
    happening('restart', { reason: 'uptime fell', from: new Date('2026-01-02T03:00:00Z') }),
    happening('outage'),
  );
  const { session } = startSession(url, collector, state);
  await see(topic, (payload) => payload.includes('outage'));
  session.update();
  await until('told', () => state.pendingEvents.length === 0);
  expect(messages.filter((message) => message.topic === topic)).toEqual([
    {
      topic,
      retained: false,
      payload:
        '{"event_type":"restart","at":"2026-01-02T03:04:05.000Z","reason":"uptime fell","from":"2026-01-02T03:00:00.000Z"}',
    },
    { topic, retained: false, payload: '{"event_type":"outage","at":"2026-01-02T03:04:05.000Z"}' },
  ]);
});

test('events while Home Assistant is offline wait until it is back and knows the device', async () => {
  const { url, client, messages, see } = await broker();
  await client.publishAsync('homeassistant/status', 'offline', { retain: true, qos: 1 });
  const state = happened(happening('outage'));
  startSession(url, collector, state);
  await see('infra-monitor/nas/status', (payload) => payload === 'online');
  await client.publishAsync('homeassistant/status', 'online', { retain: true, qos: 1 });
  await see(topic, undefined, 15);
  const announced = messages
    .map((message) => message.topic.endsWith('/config') && message.payload.includes('"event_types"'))
    .lastIndexOf(true);
  expect(announced, 'it was announced').toBeGreaterThan(-1);
  expect(messages.findIndex((message) => message.topic === topic)).toBeGreaterThan(announced);
  await until('told', () => state.pendingEvents.length === 0);
});

test('an event that is too large is logged and holds up no other; one that is refused is published later', async () => {
  const broker = await startStrictBroker({ connack: { maximumPacketSize: 10_000 } });
  broker.answer = (packet) => (packet.topic === topic ? 0x97 : 0);
  const state = happened(happening('restart', { reason: 'x'.repeat(10_000) }), happening('outage'));
  const { after, pass, due } = manualTimers();
  const { lines } = startSession(broker.url, collector, state, after);
  const events = () => broker.published.filter((message) => message.topic === topic);
  await until('online', () => state.broker.connected);
  pass(5000);
  for (const seconds of [5, 10]) {
    await until('refused', () => due(seconds * 1000) > 0 && state.broker.error?.includes('quota exceeded'));
    if (seconds === 10) broker.answer = () => 0;
    pass(seconds * 1000);
  }
  await until('told', () => state.pendingEvents.length === 0);
  expect(events()).toHaveLength(3);
  expect(events().at(-1)?.payload).toContain('outage');
  expect(state.broker.error).toBeUndefined();
  expect(lines.filter((line) => line.includes('event lost'))).toHaveLength(1);
});

test('at most two hundred events wait, and the oldest are dropped first', () => {
  const state = happened(...Array.from({ length: 250 }, (_, index) => happening('restart', { index })));
  expect(state.pendingEvents.length).toBe(200);
  expect(state.pendingEvents[0]?.event.index).toBe(50);
});
