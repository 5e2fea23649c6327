import { randomUUID } from 'node:crypto';
import type { AgentIdentity } from '../model/state.ts';
import { mqttClientIdOf } from './mqtt-client.ts';
import { type MqttSettings, settingsOfEachBroker } from './settings.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';
import { VersionFallbackConnectionOpener } from './version-fallback-connection-opener.ts';

/** A short-lived connection beside that of a running agent, to the first broker of MQTT_URL that works: with a client
 * ID of its own and, unless given, no will. Rejects with the error of the first broker. */
export async function connectTemporarily(
  settings: MqttSettings,
  agent: AgentIdentity,
  options: { will?: AgentIdentity } = {},
): Promise<SingleUseBrokerConnection> {
  const [first, ...fallbacks] = settingsOfEachBroker(settings);
  let connection = connectToOne(first, agent, options);
  for (const fallback of fallbacks)
    connection = connection.catch((error: unknown) =>
      connectToOne(fallback, agent, options).catch(() => {
        throw error;
      }),
    );
  return await connection;
}

async function connectToOne(
  settings: MqttSettings,
  agent: AgentIdentity,
  options: { will?: AgentIdentity },
): Promise<SingleUseBrokerConnection> {
  const clientId = `${mqttClientIdOf(agent)}-visit-${randomUUID().slice(0, 8)}`;
  return new VersionFallbackConnectionOpener().open(settings, agent, { clientId, ...options });
}
