import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';
import { onTestFinished } from 'vitest';
import type { MqttSettings } from '../../src/mqtt/settings.ts';

/** An agent's settings for a broker on this port. */
export const settingsOf = (port: number): MqttSettings => ({
  MQTT_URL: { protocol: 'mqtt', host: '127.0.0.1', port, path: '' },
  MQTT_BASE_TOPIC: 'infra-monitor',
  MQTT_DISCOVERY_PREFIX: 'homeassistant',
  MQTT_BIRTH_TOPIC: 'homeassistant/status',
  MQTT_BIRTH_PAYLOAD: 'online',
});

/** A broker in this process, of MQTT 3.1.1, on a port of 127.0.0.1 that it keeps when it stops and starts; it ends with
 * the test. */
export async function startBroker(options: AedesOptions = {}) {
  let broker = await Aedes.createBroker(options);
  let server: Server;
  const sockets = new Set<Socket>();
  let port = 0;
  const listen = async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      broker.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await listen();
  /** Goes away in the midst of it all. */
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  /** Comes back with what was retained, or without. */
  const start = async ({ forgets = false } = {}) => {
    if (forgets) {
      const before = broker;
      broker = await Aedes.createBroker(options);
      before.close();
    }
    await listen();
  };
  onTestFinished(async () => {
    if (server.listening) await stop();
    await new Promise<void>((resolve) => broker.close(() => resolve()));
  });
  const settings = settingsOf(port);
  return { port, url: `mqtt://127.0.0.1:${port}`, settings, stop, start, connections: () => sockets.size };
}
