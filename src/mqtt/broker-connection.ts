import { readFileSync } from 'node:fs';
import { setImmediate as immediate } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type IConnackPacket, writeToStream } from 'mqtt-packet';
import { AgentError, describeError } from '../model/errors.ts';
import { maxBrokerMessageBytes } from '../model/json.ts';
import { agentStatusTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { offlinePayload } from '../views/availability.ts';
import { InFlightLimiter, minAckTimeoutMs, type RunAfter, runAfter, type UnfinishedSend } from './in-flight-limiter.ts';
import { PacketTooLargeError, PublishRefusedError } from './publish-error.ts';
import { describeReasonCode, reasonCodes } from './reason-codes.ts';
import { type MqttSettings, printableBrokerUrl } from './settings.ts';

// Without this, mqtt-packet caches a buffer for each number up to 65,535 at the first connection: 7 MB that an agent never needs.
Object.assign(writeToStream, { cacheNumbers: false });

/** Protocol levels of MQTT: 5, and 4 for version 3.1.1. */
export type MqttProtocolVersion = 5 | 4;

export interface ReceivedMessage {
  topic: string;
  payload: string;
  retained: boolean;
}

/** Why a connection ended or never began. */
export class BrokerConnectionError extends AgentError {
  /** The broker does not support MQTT 5, or may not. */
  readonly wantsOlderProtocol: boolean;
  /** The broker answered and refused the connection. */
  readonly isRefusal: boolean;
  /** What was being sent when the connection ended, as text. It differs between attempts, so the message leaves it out. */
  readonly detail: string;
  /** The message that was being sent when the broker closed the connection. */
  readonly sending: UnfinishedSend | undefined;

  constructor(
    message: string,
    options: {
      wantsOlderProtocol?: boolean;
      isRefusal?: boolean;
      detail?: string;
      sending?: UnfinishedSend;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.detail =
      options.detail ??
      (options.sending === undefined
        ? ''
        : ` while ${options.sending.topic} (${options.sending.bytes} bytes) was being sent`);
    this.sending = options.sending;
    this.wantsOlderProtocol = options.wantsOlderProtocol ?? false;
    this.isRefusal = options.isRefusal ?? false;
  }
}

/** Return codes for “unacceptable protocol version”: MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 3.2.2.2. */
const olderProtocolCodes = new Set([1, 0x84]);
const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether the broker refused with a reason code, rather than the connection having failed. */
export const isBrokerRefusal = (error: unknown): boolean => typeof codeOf(error) === 'number';

export interface BrokerConnectionOptions {
  clientId: string;
  will?: AgentIdentity;
  protocolVersion: MqttProtocolVersion;
  /** Size of a packet at which the broker closed an earlier connection. */
  disconnectBytes?: number | undefined;
  after?: RunAfter | undefined;
}

/** One connection to the broker, from start to end; it never reconnects by itself. */
export class BrokerConnection {
  readonly protocolVersion: MqttProtocolVersion;
  /** Resolves when the connection has ended, with the reason if there was one. */
  readonly ended: Promise<BrokerConnectionError | undefined>;
  readonly #client: MqttClient;
  readonly #inFlight: InFlightLimiter;
  readonly #after: RunAfter;
  readonly #maxPacketBytes: number;
  readonly #disconnectBytes: number;
  /** Identifiers of messages that the broker acknowledged with “no matching subscribers”. */
  readonly #withoutSubscribers = new Set<number>();

  private constructor(
    client: MqttClient,
    inFlight: InFlightLimiter,
    maxPacketBytes: number,
    { protocolVersion, disconnectBytes = Number.POSITIVE_INFINITY, after = runAfter }: BrokerConnectionOptions,
    ended: Promise<BrokerConnectionError | undefined>,
  ) {
    this.#client = client;
    this.#inFlight = inFlight;
    this.#after = after;
    this.#maxPacketBytes = maxPacketBytes;
    this.#disconnectBytes = disconnectBytes;
    this.protocolVersion = protocolVersion;
    this.ended = ended;
    client.on('packetreceive', (packet) => {
      inFlight.packetReceived(packet.cmd === 'puback');
      if (
        packet.cmd === 'puback' &&
        packet.reasonCode === reasonCodes.noMatchingSubscribers &&
        packet.messageId !== undefined
      )
        this.#withoutSubscribers.add(packet.messageId);
    });
  }

  /** Rejects with a BrokerConnectionError that names the broker. */
  static open(settings: MqttSettings, session: BrokerConnectionOptions): Promise<BrokerConnection> {
    const name = printableBrokerUrl(settings.MQTT_URL);
    return new Promise((resolve, reject) => {
      const client = connect(clientOptions(settings, session), name);
      let reason: BrokerConnectionError | undefined;
      let inFlight: InFlightLimiter | undefined;
      const ended = new Promise<BrokerConnectionError | undefined>((end) => {
        client.on('close', async () => {
          // A DISCONNECT that arrives together with the end of the connection is parsed after it.
          await immediate();
          const sending = inFlight?.largestUnfinished;
          inFlight?.end(new Error('the connection ended'));
          client.end(true);
          if (inFlight === undefined) {
            // A broker that supports only the older protocol may close the connection without an answer.
            return reject(
              reason ??
                new BrokerConnectionError(`${name}: closed the connection before it answered`, {
                  wantsOlderProtocol: session.protocolVersion === 5,
                }),
            );
          }
          if (sending === undefined || reason?.detail) return end(reason);
          end(
            new BrokerConnectionError(reason?.message ?? 'the broker closed the connection', {
              sending,
              cause: reason?.cause,
            }),
          );
        });
      });
      client.on('error', (error) => {
        const code = codeOf(error);
        reason ??= new BrokerConnectionError(`${name}: ${describeWithAdvice(error)}`, {
          // A broker that closes the connection with unread data resets it.
          wantsOlderProtocol:
            session.protocolVersion === 5 &&
            inFlight === undefined &&
            (olderProtocolCodes.has(Number(code)) || code === 'ECONNRESET'),
          isRefusal: typeof code === 'number',
          cause: error,
        });
        if (inFlight === undefined) client.end(true, () => reject(reason));
        // The packet could not be parsed, so it is unknown what it acknowledged.
        else if (code === undefined) client.end(true);
      });
      client.on('disconnect', ({ reasonCode: code = 0 }) => {
        reason = new BrokerConnectionError(`${name}: ended the session: ${describeReasonCode(code)}`);
      });
      client.on('connect', ({ properties }: IConnackPacket) => {
        const missing = findMissingFeature(properties);
        if (missing !== undefined) {
          reason = new BrokerConnectionError(`${name}: ${missing}`, { isRefusal: true });
          client.end(true, () => reject(reason));
          return;
        }
        inFlight = new InFlightLimiter(properties?.receiveMaximum ?? Number.POSITIVE_INFINITY, {
          ping: () => client.sendPing(),
          connectionStuck: (topic, isSilent) => {
            reason ??= new BrokerConnectionError(
              `${name}: ${isSilent ? `no data received for ${minAckTimeoutMs / 1000} s` : 'the broker no longer acknowledges messages'}`,
              {
                detail: ` after ${topic} was sent`,
              },
            );
            client.end(true);
            return reason;
          },
          after: session.after ?? runAfter,
        });
        resolve(
          new BrokerConnection(
            client,
            inFlight,
            properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
            session,
            ended,
          ),
        );
      });
    });
  }

  /** How many messages may be in flight at a time. */
  get window(): number {
    return this.#inFlight.window;
  }

  /** Whether one more message than these may stay unacknowledged and still leave half of the window free. */
  canRiskUnacknowledged(count: number): boolean {
    return this.#inFlight.canRiskUnacknowledged(count);
  }

  /** Resolves when the broker has acknowledged the message; rejects with PublishRefusedError, PacketTooLargeError or
   * UnacknowledgedError, or when the connection ends. `hasSubscribers` is false only if the broker said that there are none. */
  async publish(topic: string, payload: string, { retain = true } = {}): Promise<{ hasSubscribers: boolean }> {
    const bytes = publishPacketBytes(topic, payload, this.protocolVersion);
    if (bytes > this.#maxPacketBytes) throw new PacketTooLargeError(bytes, `accepts at most ${this.#maxPacketBytes}`);
    if (bytes >= this.#disconnectBytes)
      throw new PacketTooLargeError(bytes, `closed the connection at ${this.#disconnectBytes}`);
    const packet = await this.#inFlight
      .send(topic, bytes, () => this.#client.publishAsync(topic, payload, { qos: 1, retain }))
      .catch((error: unknown) => {
        const code = codeOf(error);
        throw typeof code === 'number' ? new PublishRefusedError(code, bytes) : error;
      });
    const id = packet !== undefined && 'messageId' in packet ? packet.messageId : undefined;
    return { hasSubscribers: id === undefined || !this.#withoutSubscribers.delete(id) };
  }

  async subscribe(topics: string[], qos: 0 | 1 = 1): Promise<void> {
    const bytes = subscribeSize(topics, this.protocolVersion);
    if (bytes > this.#maxPacketBytes) throw new PacketTooLargeError(bytes, `accepts at most ${this.#maxPacketBytes}`);
    await this.#withTimeout(this.#client.subscribeAsync(topics, { qos }), `the subscription to ${topics.join(', ')}`);
  }

  async unsubscribe(topic: string): Promise<void> {
    await this.#withTimeout(this.#client.unsubscribeAsync(topic), `the request to unsubscribe from ${topic}`);
  }

  async #withTimeout(answer: Promise<unknown>, request: string): Promise<void> {
    let stop = () => {};
    const timedOut = new Promise<never>((_, reject) => {
      stop = this.#after(minAckTimeoutMs, () => reject(new AgentError(`the broker does not answer ${request}`)));
    });
    await Promise.race([answer, timedOut]).finally(stop);
  }

  /** Calls back for each message until the returned function is called. */
  listen(onMessage: (message: ReceivedMessage) => void): () => void {
    const listener = (topic: string, payload: Buffer, { retain }: { retain: boolean }) =>
      onMessage({ topic, payload: payload.toString('utf8'), retained: retain });
    this.#client.on('message', listener);
    return () => this.#client.off('message', listener);
  }

  /** Sends DISCONNECT, so that the broker does not publish the will. */
  async close(): Promise<void> {
    await Promise.race([this.#client.endAsync(), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    this.abort();
  }

  /** Drops the connection without DISCONNECT, so that the broker publishes the will. */
  abort(): void {
    this.#client.end(true);
    // A second `end` has no effect, and the first one waits for all acknowledgements.
    this.#client.stream.destroy();
  }
}

/** Why a broker with this CONNACK (MQTT 5, section 3.2.2.3) is of no use to the agent; undefined if it is. */
function findMissingFeature(properties: IConnackPacket['properties']): string | undefined {
  if (properties?.retainAvailable === false)
    return 'the broker does not support retained messages, which this agent needs';
  if (properties?.maximumQoS === 0) return 'the broker supports only QoS 0, but this agent needs QoS 1';
  return undefined;
}

/** Bytes of a QoS 1 PUBLISH packet (section 3.3): type, remaining length, topic, packet identifier, in MQTT 5 an empty property
 * list, and payload. */
export function publishPacketBytes(topic: string, payload: string, protocolVersion: MqttProtocolVersion): number {
  const remaining = 2 + Buffer.byteLength(topic) + 2 + (protocolVersion === 5 ? 1 : 0) + Buffer.byteLength(payload);
  return packetSize(remaining);
}

/** Bytes of a SUBSCRIBE packet (section 3.8): type, remaining length, packet identifier, in MQTT 5 an empty property list, and each
 * topic filter with its options. */
function subscribeSize(topics: string[], protocolVersion: MqttProtocolVersion): number {
  const filterBytes = topics.reduce((sum, topic) => sum + 2 + Buffer.byteLength(topic) + 1, 0);
  return packetSize(2 + (protocolVersion === 5 ? 1 : 0) + filterBytes);
}

/** `remaining`: bytes after the remaining length (section 2.1.4). */
function packetSize(remaining: number): number {
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}

/** Invalid certificates and keys make `mqtt.connect` throw. */
function connect(options: IClientOptions, name: string): MqttClient {
  try {
    return mqtt.connect(options);
  } catch (error) {
    throw new BrokerConnectionError(`${name}: ${describeWithAdvice(error)}`, { cause: error });
  }
}

/** The error with advice on what to check. */
function describeWithAdvice(error: unknown): string {
  const text = describeError(error);
  switch (codeOf(error)) {
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return `${text} (check MQTT_USERNAME and MQTT_PASSWORD)`;
    case 'ECONNREFUSED':
      return `${text} (is the broker running?)`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${text} (set MQTT_CA_FILE to the broker’s CA certificate)`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${text} (the host in MQTT_URL must match the broker’s certificate)`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return `${text} (if the broker requires a client certificate, set MQTT_CERT_FILE and MQTT_KEY_FILE)`;
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return `${text} (MQTT_KEY_FILE is not the key of MQTT_CERT_FILE)`;
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return `${text} (MQTT_CERT_FILE and MQTT_KEY_FILE must be PEM files)`;
    default:
      return text;
  }
}

/** Read at each connection, so that a renewed certificate is used. */
function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new BrokerConnectionError(setting, { cause });
  }
}

function clientOptions(
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
