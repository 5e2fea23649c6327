import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';

/** Stands before a broker and lets only MQTT 3.1.1 through; what it answers to MQTT 5 is given. */
async function olderOnly(broker: number, answer: Buffer): Promise<string> {
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (packet) => {
      // CONNECT: type, length (one byte here or two), “MQTT” with its length, version.
      const version = packet[packet.indexOf('MQTT') + 4];
      if (version === 5) return void client.end(answer);
      const upstream = connect(broker, '127.0.0.1');
      upstream.on('error', () => client.destroy());
      upstream.write(packet);
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  onTestFinished(() => void server.close());
  return `mqtt://127.0.0.1:${port}`;
}

test('MQTT 5 where the broker speaks it', async () => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  await until('connected', () => agent.output().includes('(MQTT 5)'));
  expect(mosquitto.output()).toMatch(/as infra-monitor-testling \(p5,/);
});

test.each([
  ['says so as MQTT 5 does', Buffer.from([0x20, 3, 0, 0x84, 0])],
  ['says so as MQTT 3.1.1 does', Buffer.from([0x20, 2, 0, 1])],
  ['hangs up', Buffer.alloc(0)],
])('MQTT 3.1.1 where the broker %s', async (_, answer) => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: await olderOnly(mosquitto.port, answer) });
  await until('connected', () => agent.output().includes('(MQTT 3.1.1)'));
  expect(agent.output()).not.toMatch(/error/);
  const { see } = await observe(mosquitto.url);
  await see('infra-monitor/testling/status', (payload) => payload === 'online');
});

test('a rule that forbids announcements is found out without MQTT 5’s answers too', async () => {
  const mosquitto = await startMosquitto(['allow_anonymous true', 'acl_file FOLDER/acl'], { acl: 'topic readwrite infra-monitor/#\ntopic read homeassistant/#\n' });
  const agent = startAgent({ MQTT_URL: await olderOnly(mosquitto.port, Buffer.alloc(0)) });
  await until('the error', () => /announcements do not come back.*let this user/.test(agent.output()), 15);
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
