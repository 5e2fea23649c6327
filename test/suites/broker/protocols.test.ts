import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { olderOnly } from './older-only.ts';

test('MQTT 5 where the broker speaks it', async () => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  await until('connected', () => agent.output().includes('(MQTT 5)'));
  expect(mosquitto.output()).toMatch(/as infra-monitor-testling \(p5,/);
});

test.each<[string, Buffer | 'reset']>([
  ['says so as MQTT 5 does', Buffer.from([0x20, 3, 0, 0x84, 0])],
  ['says so as MQTT 3.1.1 does', Buffer.from([0x20, 2, 0, 1])],
  ['hangs up', Buffer.alloc(0)],
  ['resets the connection', 'reset'],
])('MQTT 3.1.1 where the broker %s', async (_, answer) => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: await olderOnly(mosquitto.port, answer) });
  await until('connected', () => agent.output().includes('(MQTT 3.1.1)'));
  expect(agent.output()).not.toMatch(/error/);
  const { see } = await observe(mosquitto.url);
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
});

test('over WebSocket', async () => {
  const mosquitto = await startMosquitto();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/mqtt', handleProtocols: () => 'mqtt' });
  onTestFinished(() => server.close());
  server.on('connection', (socket) => {
    const upstream = connect(mosquitto.port, '127.0.0.1');
    const stream = createWebSocketStream(socket);
    stream.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => socket.terminate()).pipe(stream);
  });
  const { port } = await until('a port', () => (server.address() as { port: number } | null) ?? undefined);
  const agent = startAgent({ MQTT_URL: `ws://127.0.0.1:${port}/mqtt` });
  await until('connected', () => agent.output().includes('MQTT: connected to ws://'));
});
