import { createServer, type Server } from 'node:net';
import { UsageError } from '../model/errors.ts';
import { Connection, ConnectionError } from './connection.ts';
import { type BrokerAddress, formatBrokerUrl, type MqttSettings } from './settings.ts';

export interface EmbeddedBroker {
  close(): Promise<void>;
}

const listening = (server: Server, { host, port }: BrokerAddress) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });

/** A broker of our own for a first look: MQTT 3.1.1, nothing outlives the process. */
export async function startEmbeddedBroker(settings: MqttSettings): Promise<EmbeddedBroker> {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  try {
    await listening(server, settings.MQTT_URL);
  } catch (error) {
    broker.close();
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? await portTaken(settings) : error;
  }
  return {
    close: () =>
      new Promise((resolve) => {
        broker.close(() => server.close(() => resolve()));
      }),
  };
}

/** Says what the port is taken by, and what to set. */
async function portTaken(settings: MqttSettings): Promise<UsageError> {
  const { host, port } = settings.MQTT_URL;
  const url = formatBrokerUrl(settings.MQTT_URL);
  const answered = await Connection.open(settings, { clientId: '', protocolVersion: 4 }).then(
    async (connection) => {
      await connection.close();
      return true;
    },
    (error: unknown) => error instanceof ConnectionError && error.refused,
  );
  return new UsageError(
    answered
      ? `Port ${port} on ${host} is taken by another MQTT broker. To use that one: MQTT_URL=${url}`
      : `Port ${port} on ${host} is taken, by something that does not speak MQTT. To use another port for our own broker: MQTT_URL=embedded://${host}:${port + 1}; to use a broker elsewhere: MQTT_URL=mqtt://its-name`,
  );
}
