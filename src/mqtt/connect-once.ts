import { randomUUID } from 'node:crypto';
import type { AgentIdentity } from '../model/state.ts';
import { BrokerConnectionError } from './broker-connection-error.ts';
import type { MqttProtocolVersion } from './packet-size.ts';
import { type MqttSettings, settingsByBroker } from './settings.ts';
import { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** A short-lived connection beside that of a running agent, to the first broker of MQTT_URL that works: with a client ID of its own and
 * no will. Rejects with the error of the first broker. */
export async function connectTemporarily(
  settings: MqttSettings,
  agent: AgentIdentity,
): Promise<SingleUseBrokerConnection> {
  const [first, ...fallbacks] = settingsByBroker(settings);
  let connection = connectToOne(first, agent);
  for (const fallback of fallbacks)
    connection = connection.catch((error: unknown) =>
      connectToOne(fallback, agent).catch(() => {
        throw error;
      }),
    );
  return await connection;
}

async function connectToOne(settings: MqttSettings, agent: AgentIdentity): Promise<SingleUseBrokerConnection> {
  const clientId = `${agent.id}-visit-${randomUUID().slice(0, 8)}`;
  const open = (protocolVersion: MqttProtocolVersion) =>
    SingleUseBrokerConnection.open(settings, { clientId, protocolVersion });
  return open(5).catch((error: unknown) => {
    if (error instanceof BrokerConnectionError && error.wantsOlderProtocol) return open(4);
    throw error;
  });
}
