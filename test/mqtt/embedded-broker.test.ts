import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { generate } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../src/model/errors.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';

const on = (port: number, host = '127.0.0.1'): MqttSettings => ({
  MQTT_URL: { protocol: 'embedded', host, port, path: '' },
  MQTT_BASE_TOPIC: 'infra-monitor',
  MQTT_DISCOVERY_PREFIX: 'homeassistant',
  MQTT_BIRTH_TOPIC: 'homeassistant/status',
  MQTT_BIRTH_PAYLOAD: 'online',
});

async function listening(handle: (server: Server) => void = () => undefined): Promise<number> {
  const port = await freePort();
  const server = createServer((socket) => socket.end('hello')).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  handle(server);
  return port;
}

test('it retains and forwards messages, and frees its port when closed', async () => {
  const port = await freePort();
  const broker = await startEmbeddedBroker(on(port));
  const one = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  await one.client.publishAsync('a', 'kept', { retain: true, qos: 1 });
  const two = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  expect(await two.see('a')).toBe('kept');
  const own = await SingleUseBrokerConnection.open(on(port), { clientId: 'own', protocolVersion: 4 });
  await own.close();
  for (const { client } of [one, two]) await client.endAsync(true);
  await broker.close();
  const again = await startEmbeddedBroker(on(port));
  await again.close();
});

test('a client that sends a packet above the bound is disconnected, and others are not', async () => {
  const port = await freePort();
  const broker = await startEmbeddedBroker(on(port));
  onTestFinished(() => broker.close());
  const other = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void client.destroy());
  const sent = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'long',
    clean: true,
    keepalive: 0,
  } as const;
  client.write(generate(sent));
  await once(client, 'data');
  const closed = new Promise((resolve) => client.once('close', resolve));
  // A PUBLISH of 256 MB, and the first of it.
  client.write(Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(100_000)]));
  await closed;
  await other.client.publishAsync('a', 'x', { retain: true, qos: 1 });
  expect(await other.see('a')).toBe('x');
  await other.client.endAsync(true);
});

test('a port used by another broker: how to use that broker, whether it accepts the agent or not', async () => {
  const open = await startBroker();
  await expect(startEmbeddedBroker(on(open.port))).rejects.toThrow(
    new UsageError(
      `Port ${open.port} on 127.0.0.1 is in use by another MQTT broker. To use that broker, set MQTT_URL=mqtt://127.0.0.1:${open.port}`,
    ),
  );
  const guarded = await startBroker({
    authenticate: (_client, _user, _password, done) =>
      done(Object.assign(new Error('no'), { returnCode: 5 }) as never, false),
  });
  await expect(startEmbeddedBroker(on(guarded.port))).rejects.toThrow('in use by another MQTT broker');
});

test('a port used by something else: what to do', async () => {
  const port = await listening();
  await expect(startEmbeddedBroker(on(port))).rejects.toThrow(
    `is not an MQTT broker. To use another port for the embedded broker, set MQTT_URL=embedded://127.0.0.1:${port + 1}; to use`,
  );
});

test('any other error is passed on', async () => {
  await expect(startEmbeddedBroker(on(await freePort(), '192.0.2.1'))).rejects.toThrow(/EADDRNOTAVAIL/);
});
