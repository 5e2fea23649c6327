import { readFileSync } from 'node:fs';
import { setImmediate as immediate } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type IConnackPacket, writeToStream } from 'mqtt-packet';
import { describeError } from '../model/errors.ts';
import { maxMessageBytes } from '../model/json.ts';
import { statusTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { offlinePayload } from '../views/availability.ts';
import { ackTimeoutMs, InFlight, startTimer, type Timer, type UnfinishedSend } from './in-flight.ts';
import { PacketTooLargeError, PublishRefusedError } from './publish-error.ts';
import { describeReasonCode, reasonCodes } from './reason-codes.ts';
import { formatBrokerUrl, type MqttSettings } from './settings.ts';

// At the first connection it would make a buffer of each number up to 65,535: 7 MB that an agent never needs.
Object.assign(writeToStream, { cacheNumbers: false });

/** MQTT's own numbers: 5, and 4 for 3.1.1. */
export type ProtocolVersion = 5 | 4;

export interface MqttMessage {
  topic: string;
  payload: string;
  retained: boolean;
}

/** Why a connection ended or never began. */
export class ConnectionError extends Error {
  /** The broker wants the older protocol. */
  readonly wantsOlderProtocol: boolean;
  /** It was a broker that said no. */
  readonly refused: boolean;
  /** What was being sent when it ended, in words; not the same at each try. */
  readonly detail: string;
  /** Set where the broker ended it meanwhile. */
  readonly sending: UnfinishedSend | undefined;

  constructor(
    message: string,
    options: {
      wantsOlderProtocol?: boolean;
      refused?: boolean;
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
    this.refused = options.refused ?? false;
  }
}

/** Return codes for “unacceptable protocol version”: MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 3.2.2.2. */
const olderProtocolCodes = new Set([1, 0x84]);
const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Is it the broker's own word, rather than a connection that ended before the broker could speak? */
export const isRefusedByBroker = (error: unknown): boolean => typeof codeOf(error) === 'number';

export interface SessionOptions {
  clientId: string;
  will?: AgentIdentity;
  protocolVersion: ProtocolVersion;
  /** Bytes of a packet on which the broker hung up. */
  hungUpOn?: number | undefined;
  after?: Timer | undefined;
}

/** One connection to the broker, from its beginning to its end; it never reconnects by itself. */
export class Connection {
  readonly protocolVersion: ProtocolVersion;
  /** Settles when it is over: with the reason, if there was one. */
  readonly ended: Promise<ConnectionError | undefined>;
  readonly #client: MqttClient;
  readonly #inFlight: InFlight;
  readonly #after: Timer;
  readonly #maximumPacketSize: number;
  readonly #hungUpOn: number;
  /** Messages that the broker took and gave to nobody. */
  readonly #unheard = new Set<number>();

  private constructor(
    client: MqttClient,
    inFlight: InFlight,
    maximumPacketSize: number,
    { protocolVersion, hungUpOn = Number.POSITIVE_INFINITY, after: later = startTimer }: SessionOptions,
    ended: Promise<ConnectionError | undefined>,
  ) {
    this.#client = client;
    this.#inFlight = inFlight;
    this.#after = later;
    this.#maximumPacketSize = maximumPacketSize;
    this.#hungUpOn = hungUpOn;
    this.protocolVersion = protocolVersion;
    this.ended = ended;
    client.on('packetreceive', (packet) => {
      inFlight.heard(packet.cmd === 'puback');
      if (
        packet.cmd === 'puback' &&
        packet.reasonCode === reasonCodes.noMatchingSubscribers &&
        packet.messageId !== undefined
      )
        this.#unheard.add(packet.messageId);
    });
  }

  /** Rejects with a ConnectionError that names the broker. */
  static open(settings: MqttSettings, session: SessionOptions): Promise<Connection> {
    const name = formatBrokerUrl(settings.MQTT_URL);
    return new Promise((resolve, reject) => {
      const client = connect(optionsOf(settings, session), name);
      let reason: ConnectionError | undefined;
      let inFlight: InFlight | undefined;
      const ended = new Promise<ConnectionError | undefined>((end) => {
        client.on('close', async () => {
          // The broker's last word may come with the end of the connection, and is read after it.
          await immediate();
          const sending = inFlight?.largest;
          inFlight?.end(new Error('the connection ended'));
          client.end(true);
          if (inFlight === undefined) {
            // A broker that knows only the older protocol may just hang up.
            return reject(
              reason ??
                new ConnectionError(`${name}: closed the connection before it answered`, {
                  wantsOlderProtocol: session.protocolVersion === 5,
                }),
            );
          }
          if (sending === undefined || reason?.detail) return end(reason);
          end(
            new ConnectionError(reason?.message ?? 'the broker closed the connection', {
              sending,
              cause: reason?.cause,
            }),
          );
        });
      });
      client.on('error', (error) => {
        const code = codeOf(error);
        reason ??= new ConnectionError(`${name}: ${hint(error)}`, {
          // One that hangs up on what it has not read resets the connection.
          wantsOlderProtocol:
            session.protocolVersion === 5 &&
            inFlight === undefined &&
            (olderProtocolCodes.has(Number(code)) || code === 'ECONNRESET'),
          refused: typeof code === 'number',
          cause: error,
        });
        if (inFlight === undefined) client.end(true, () => reject(reason));
        // What came can't be read, and so what it acknowledged is not known.
        else if (code === undefined) client.end(true);
      });
      client.on('disconnect', ({ reasonCode: code = 0 }) => {
        reason = new ConnectionError(`${name}: ended the session: ${describeReasonCode(code)}`);
      });
      client.on('connect', ({ properties }: IConnackPacket) => {
        const missing = missingFrom(properties);
        if (missing !== undefined) {
          reason = new ConnectionError(`${name}: ${missing}`, { refused: true });
          client.end(true, () => reject(reason));
          return;
        }
        inFlight = new InFlight(properties?.receiveMaximum ?? Number.POSITIVE_INFINITY, {
          ping: () => client.sendPing(),
          stuck: (topic, silent) => {
            reason ??= new ConnectionError(
              `${name}: ${silent ? `nothing came for ${ackTimeoutMs / 1000} s` : 'the broker acknowledges nothing any more'}`,
              {
                detail: ` after ${topic} was sent`,
              },
            );
            client.end(true);
            return reason;
          },
          after: session.after ?? startTimer,
        });
        resolve(
          new Connection(client, inFlight, properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY, session, ended),
        );
      });
    });
  }

  /** How many messages may be on their way at a time. */
  get window(): number {
    return this.#inFlight.window;
  }

  /** May one more message stay without an answer? */
  get canRiskOne(): boolean {
    return this.#inFlight.canRiskOne;
  }

  /** Settles when the broker has it; rejects when the broker refuses it, when it is too large, and when no answer comes. `heard`: not
   * known to be without a subscriber. */
  async publish(topic: string, payload: string, { retain = true } = {}): Promise<{ heard: boolean }> {
    const bytes = publishSize(topic, payload, this.protocolVersion);
    if (bytes > this.#maximumPacketSize) throw new PacketTooLargeError(bytes, `takes ${this.#maximumPacketSize}`);
    if (bytes >= this.#hungUpOn) throw new PacketTooLargeError(bytes, `hung up on ${this.#hungUpOn}`);
    const packet = await this.#inFlight
      .send(topic, bytes, () => this.#client.publishAsync(topic, payload, { qos: 1, retain }))
      .catch((error: unknown) => {
        const code = codeOf(error);
        throw typeof code === 'number' ? new PublishRefusedError(code, bytes) : error;
      });
    const id = packet !== undefined && 'messageId' in packet ? packet.messageId : undefined;
    return { heard: id === undefined || !this.#unheard.delete(id) };
  }

  async subscribe(topics: string[], qos: 0 | 1 = 1): Promise<void> {
    await this.#answered(this.#client.subscribeAsync(topics, { qos }), `the subscription to ${topics.join(', ')}`);
  }

  async unsubscribe(topic: string): Promise<void> {
    await this.#answered(this.#client.unsubscribeAsync(topic), `the end of the subscription to ${topic}`);
  }

  async #answered(answer: Promise<unknown>, what: string): Promise<void> {
    let stop = () => {};
    const late = new Promise<never>((_, reject) => {
      stop = this.#after(ackTimeoutMs, () => reject(new Error(`the broker does not answer ${what}`)));
    });
    await Promise.race([answer, late]).finally(stop);
  }

  /** Calls back for each message until the returned function is called. */
  listen(heard: (message: MqttMessage) => void): () => void {
    const listener = (topic: string, payload: Buffer, { retain }: { retain: boolean }) =>
      heard({ topic, payload: payload.toString('utf8'), retained: retain });
    this.#client.on('message', listener);
    return () => this.#client.off('message', listener);
  }

  /** Says goodbye, so that the will is not sent. */
  async close(): Promise<void> {
    await Promise.race([this.#client.endAsync(), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    this.abort();
  }

  /** Drops it without a word. */
  abort(): void {
    this.#client.end(true);
    // The client does not end twice, and its first end waits for each acknowledgement.
    this.#client.stream.destroy();
  }
}

/** What a CONNACK tells (MQTT 5, section 3.2.2.3) that leaves nothing for us to do there. */
function missingFrom(properties: IConnackPacket['properties']): string | undefined {
  if (properties?.retainAvailable === false) return 'the broker keeps no retained messages, and this agent needs them';
  if (properties?.maximumQoS === 0) return 'the broker takes messages of QoS 0 only, and this agent needs QoS 1';
  return undefined;
}

/** The bytes of a QoS 1 PUBLISH packet (section 3.3): type, length, topic, packet identifier, in MQTT 5 the length of no properties,
 * and payload. */
export function publishSize(topic: string, payload: string, protocolVersion: ProtocolVersion): number {
  const remaining = 2 + Buffer.byteLength(topic) + 2 + (protocolVersion === 5 ? 1 : 0) + Buffer.byteLength(payload);
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}

/** Certificates and keys are judged before there is a connection. */
function connect(options: IClientOptions, name: string): MqttClient {
  try {
    return mqtt.connect(options);
  } catch (error) {
    throw new ConnectionError(`${name}: ${hint(error)}`, { cause: error });
  }
}

/** What to do about the errors that people meet. */
function hint(error: unknown): string {
  // OpenSSL's words end with a line break.
  const text = describeError(error).trim();
  switch (codeOf(error)) {
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return `${text} (check MQTT_USERNAME and MQTT_PASSWORD)`;
    case 'ECONNREFUSED':
      return `${text} (is the broker running there?)`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${text} (name its authority in MQTT_CA_FILE)`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${text} (MQTT_URL has to name the broker as its certificate does)`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return `${text} (does the broker want a certificate of this agent? Set MQTT_CERT_FILE and MQTT_KEY_FILE)`;
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return `${text} (MQTT_KEY_FILE is not the key of MQTT_CERT_FILE)`;
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return `${text} (MQTT_CERT_FILE and MQTT_KEY_FILE have to be in PEM form)`;
    default:
      return text;
  }
}

/** Read at each connection, so that a renewed certificate is taken. */
function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConnectionError(setting, { cause });
  }
}

function optionsOf(settings: MqttSettings, { clientId, will, protocolVersion }: SessionOptions): IClientOptions {
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
    // What is larger a broker keeps to itself (MQTT 5, section 3.1.2.11.4).
    ...(protocolVersion === 5 ? { properties: { maximumPacketSize: maxMessageBytes } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(will === undefined
      ? {}
      : { will: { topic: statusTopic(will), payload: Buffer.from(offlinePayload), qos: 1 as const, retain: true } }),
    ...(ca === undefined ? {} : { ca: readPem('MQTT_CA_FILE', ca) }),
    ...(cert === undefined ? {} : { cert: readPem('MQTT_CERT_FILE', cert) }),
    ...(key === undefined ? {} : { key: readPem('MQTT_KEY_FILE', key) }),
  };
}
