import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type WebSocket from 'ws';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import { bounds } from '../model/bounds.ts';
import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import type { TranslatableText } from '../model/translation.ts';
import { offlinePayload } from '../views/availability.ts';
import { BrokerConnectionError, translatableConnectionErrorWithAdvice } from './broker-connection-error.ts';
import { adviseUnlessFirstAnswerIsConnack, openMqttWebSocket } from './first-answer.ts';
import { dropPacketsAbove } from './long-packet-filter.ts';
import type { MqttProtocolVersion } from './packet-size.ts';
import type { RunAfter } from './run-after.ts';
import { brokerLogin, type MqttSettings, printableBrokerUrl } from './settings.ts';

// Without this, mqtt-packet caches a buffer for each number up to 65,535 at the first connection: 7 MB that an agent
// never needs.
Object.assign(writeToStream, { cacheNumbers: false });

export interface BrokerConnectionOptions {
  clientId: string;
  will?: AgentIdentity;
  protocolVersion: MqttProtocolVersion;
  /** Size of a packet at which the broker closed an earlier connection. */
  disconnectBytes?: number | undefined;
  /** Milliseconds of silence until CONNACK, and until the first subscription is answered, if less than usual. */
  maxSilenceMs?: number | undefined;
  after?: RunAfter | undefined;
}

/** Milliseconds from the beginning of a connection to CONNACK. */
export const connackTimeoutMs = 15_000;

/** The same at each start, so that the broker closes a half-open connection of the previous run. */
export const mqttClientIdOf = (agent: AgentIdentity) => `${agent.baseTopic.replaceAll('/', '_')}-${agent.id}`;

/** Read at each connection, so that a renewed certificate is used. */
function readPem(setting: string, path: string): Buffer {
  try {
    return readBoundedFileSync(path, bounds.certificateFile);
  } catch (cause) {
    throw new BrokerConnectionError(setting, { cause });
  }
}

/** OpenSSL takes a file without any certificate in PEM (RFC 7468) for no authorities, and says nothing. */
function readAuthorities(path: string): Buffer {
  const content = readPem('MQTT_CA_FILE', path);
  if (content.includes('-----BEGIN ')) return content;
  throw new BrokerConnectionError((texts = brokerErrorTexts) => texts.authorityMustBePem(path));
}

function clientOptions(
  settings: MqttSettings,
  { clientId, will, protocolVersion }: BrokerConnectionOptions,
): IClientOptions {
  const { MQTT_URL: address, MQTT_CA_FILE: ca, MQTT_CERT_FILE: cert, MQTT_KEY_FILE: key } = settings;
  const { username, password } = brokerLogin(settings);
  return {
    protocol: address.protocol === 'embedded' ? 'mqtt' : address.protocol,
    host: address.host,
    port: address.port,
    path: address.path,
    clientId,
    protocolVersion,
    clean: true,
    keepalive: 30,
    // Our own limit comes first; see connackTimeoutMs.
    connectTimeout: 10 * connackTimeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // The broker drops larger messages (MQTT 5, section 3.1.2.11.4).
    ...(protocolVersion === 5 ? { properties: { maximumPacketSize: bounds.brokerMessage.bytes } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(will === undefined
      ? {}
      : {
          will: { topic: new Topics(will).status, payload: Buffer.from(offlinePayload), qos: 1 as const, retain: true },
        }),
    ...(ca === undefined ? {} : { ca: readAuthorities(ca) }),
    ...(cert === undefined ? {} : { cert: readPem('MQTT_CERT_FILE', cert) }),
    ...(key === undefined ? {} : { key: readPem('MQTT_KEY_FILE', key) }),
  };
}

/** Starts to connect, once. Throws BrokerConnectionError for a file that can't be read, or an invalid certificate or
 * key. Calls back with what to change if the other end is no broker. */
export function startMqttJsClient(
  settings: MqttSettings,
  session: BrokerConnectionOptions,
  foreign: (advice: TranslatableText<BrokerErrorTexts>) => void,
): MqttClient {
  const address = settings.MQTT_URL;
  const options = clientOptions(settings, session);
  try {
    const client = mqtt.connect({
      ...options,
      createWebsocket: (url, subprotocols, { wsOptions }) =>
        openMqttWebSocket(url, subprotocols, wsOptions as WebSocket.ClientOptions, address, foreign),
    });
    dropPacketsAbove(client.stream, bounds.brokerMessage.bytes);
    adviseUnlessFirstAnswerIsConnack(client.stream, address, foreign);
    return client;
  } catch (error) {
    const wording = translatableConnectionErrorWithAdvice(error, address);
    throw new BrokerConnectionError((texts?: BrokerErrorTexts) => `${printableBrokerUrl(address)}: ${wording(texts)}`, {
      cause: error,
    });
  }
}
