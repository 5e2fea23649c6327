import { createServer, type Server } from 'node:net';
import { bounds } from '../model/bounds.ts';
import { UsageError } from '../model/errors.ts';
import { BrokerConnectionError } from './broker-connection-error.ts';
import { dropPacketsAbove } from './long-packet-filter.ts';
import { type BrokerAddress, type MqttSettings, printableBrokerUrl } from './settings.ts';
import { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

export interface EmbeddedBrokerHandle {
  close(): Promise<void>;
}

const startListening = (server: Server, { host, port }: BrokerAddress) =>
  new Promise<void>((resolve, reject) => {
    // Also later ones, as of a connection that can't be accepted: nobody else listens to them.
    server.on('error', reject);
    server.listen(port, host, () => resolve());
  });

/** A broker in this process for trying the agent out: MQTT 3.1.1, and nothing outlives the process. */
export async function startEmbeddedBroker(settings: MqttSettings): Promise<EmbeddedBrokerHandle> {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => {
    dropPacketsAbove(socket, bounds.brokerMessage.bytes, () => socket.destroy());
    broker.handle(socket);
  });
  try {
    await startListening(server, settings.MQTT_URL);
  } catch (error) {
    broker.close();
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? await portInUseError(settings)
      : error;
  }
  return {
    close: () =>
      new Promise((resolve) => {
        broker.close(() => server.close(() => resolve()));
      }),
  };
}

/** Says what kind of server uses the port, and which setting to change. */
async function portInUseError(settings: MqttSettings): Promise<UsageError> {
  const { host, port } = settings.MQTT_URL;
  const url = printableBrokerUrl(settings.MQTT_URL);
  const isBroker = await SingleUseBrokerConnection.open(settings, { clientId: '', protocolVersion: 4 }).then(
    async (connection) => {
      await connection.close();
      return true;
    },
    (error: unknown) => error instanceof BrokerConnectionError && error.isRefusal,
  );
  return new UsageError(
    isBroker
      ? `Port ${port} on ${host} is in use by another MQTT broker. To use that broker, set MQTT_URL=${url}`
      : `Port ${port} on ${host} is in use by a program that is not an MQTT broker. To use another port for the embedded broker, set MQTT_URL=embedded://${host}:${port + 1}; to use a broker elsewhere, set MQTT_URL=mqtt://its-name`,
  );
}
