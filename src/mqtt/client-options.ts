import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { maxBrokerMessageBytes } from '../model/json.ts';
import { agentStatusTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { offlinePayload } from '../views/availability.ts';
import { BrokerConnectionError } from './broker-connection-error.ts';
import type { MqttProtocolVersion } from './packet-size.ts';
import type { RunAfter } from './run-after.ts';
import type { MqttSettings } from './settings.ts';

export interface BrokerConnectionOptions {
  clientId: string;
  will?: AgentIdentity;
  protocolVersion: MqttProtocolVersion;
  /** Size of a packet at which the broker closed an earlier connection. */
  disconnectBytes?: number | undefined;
  after?: RunAfter | undefined;
}

/** Read at each connection, so that a renewed certificate is used. */
function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new BrokerConnectionError(setting, { cause });
  }
}

export function clientOptions(
  settings: MqttSettings,
  { clientId, will, protocolVersion }: BrokerConnectionOptions,
): IClientOptions {
  const { MQTT_URL: address, MQTT_CA_FILE: ca, MQTT_CERT_FILE: cert, MQTT_KEY_FILE: key } = settings;
  const username = settings.MQTT_USERNAME ?? address.username;
  const password = settings.MQTT_PASSWORD ?? address.password;
  return {
    protocol: address.protocol === 'embedded' ? 'mqtt' : address.protocol,
    host: address.host,
    port: address.port,
    path: address.path,
    clientId,
    protocolVersion,
    clean: true,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // The broker drops larger messages (MQTT 5, section 3.1.2.11.4).
    ...(protocolVersion === 5 ? { properties: { maximumPacketSize: maxBrokerMessageBytes } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(will === undefined
      ? {}
      : {
          will: { topic: agentStatusTopic(will), payload: Buffer.from(offlinePayload), qos: 1 as const, retain: true },
        }),
    ...(ca === undefined ? {} : { ca: readPem('MQTT_CA_FILE', ca) }),
    ...(cert === undefined ? {} : { cert: readPem('MQTT_CERT_FILE', cert) }),
    ...(key === undefined ? {} : { key: readPem('MQTT_KEY_FILE', key) }),
  };
}
