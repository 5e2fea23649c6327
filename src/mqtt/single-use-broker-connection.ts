import { setImmediate as immediate } from 'node:timers/promises';
import { ErrorWithSubackPacket, type MqttClient } from 'mqtt';
import type { IConnackPacket } from 'mqtt-packet';
import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import { redactSecrets, type Secret } from '../model/secret.ts';
import type { TranslatableText } from '../model/translation.ts';
import { BoundedPayloadTexts } from './bounded-payload-texts.ts';
import {
  BrokerConnectionError,
  errorCodeOf,
  lacksVersion5Answer,
  translatableConnectionErrorWithAdvice,
} from './broker-connection-error.ts';
import { ConnackLimits } from './connack-limits.ts';
import { InFlightLimiter, minAckTimeoutMs } from './in-flight-limiter.ts';
import { type BrokerConnectionOptions, connackTimeoutMs, startMqttJsClient } from './mqtt-client.ts';
import { type MqttProtocolVersion, publishPacketBytes, subscribePacketBytes } from './packet-size.ts';
import {
  PacketTooLargeError,
  PublishRefusedError,
  SubscriptionRefusedError,
  UnansweredSubscriptionError,
} from './publish-error.ts';
import { describeReasonCode, reasonCodes } from './reason-codes.ts';
import { type RunAfter, runAfter } from './run-after.ts';
import { brokerLogin, type MqttSettings, printableBrokerUrl } from './settings.ts';

export interface ReceivedMessage {
  topic: string;
  payload: string;
  retained: boolean;
}

/** One connection to the broker, from start to end; it never reconnects by itself. */
export class SingleUseBrokerConnection {
  readonly protocolVersion: MqttProtocolVersion;
  /** The broker, without credentials. */
  readonly url: string;
  /** With which this client has logged in. */
  readonly password: Secret | undefined;
  /** Whether the broker sends retained messages only for full topic names. Known when what is retained was read, or
   * seconds later. */
  retainsByNameOnly: Promise<boolean> = Promise.resolve(false);
  /** Resolves when the connection has ended, with the reason if there was one. */
  readonly ended: Promise<BrokerConnectionError | undefined>;
  readonly #client: MqttClient;
  readonly #inFlight: InFlightLimiter;
  readonly #after: RunAfter;
  readonly #limits: ConnackLimits;
  readonly #disconnectBytes: number;
  readonly #listeners = new Set<(message: ReceivedMessage) => void>();
  readonly #texts = new BoundedPayloadTexts();
  /** Identifiers of messages that the broker acknowledged with “no matching subscribers”. */
  readonly #withoutSubscribers = new Set<number>();

  private constructor(
    settings: MqttSettings,
    client: MqttClient,
    inFlight: InFlightLimiter,
    limits: ConnackLimits,
    { protocolVersion, disconnectBytes = Number.POSITIVE_INFINITY, after = runAfter }: BrokerConnectionOptions,
    ended: Promise<BrokerConnectionError | undefined>,
  ) {
    this.url = printableBrokerUrl(settings.MQTT_URL);
    this.password = brokerLogin(settings).password;
    this.#client = client;
    this.#inFlight = inFlight;
    this.#after = after;
    this.#limits = limits;
    this.#disconnectBytes = disconnectBytes;
    this.protocolVersion = protocolVersion;
    this.ended = ended;
    client.on('message', (topic, payload, { retain }) => this.#received(topic, payload, retain));
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
  static open(settings: MqttSettings, session: BrokerConnectionOptions): Promise<SingleUseBrokerConnection> {
    const name = printableBrokerUrl(settings.MQTT_URL);
    const named =
      (wording: TranslatableText<BrokerErrorTexts>): TranslatableText<BrokerErrorTexts> =>
      (texts) =>
        `${name}: ${wording(texts)}`;
    return new Promise((resolve, reject) => {
      const after = session.after ?? runAfter;
      let reason: BrokerConnectionError | undefined;
      let inFlight: InFlightLimiter | undefined;
      const giveUp = (why: TranslatableText<BrokerErrorTexts>) => {
        reason ??= new BrokerConnectionError(named(why), { lacksVersion5Answer: true });
        client.end(true);
      };
      const client = startMqttJsClient(settings, session, giveUp);
      const maxSilenceMs = Math.min(connackTimeoutMs, session.maxSilenceMs ?? connackTimeoutMs);
      const stopWaiting = after(maxSilenceMs, () =>
        giveUp((texts = brokerErrorTexts) => texts.noAnswerWithin(maxSilenceMs / 1000)),
      );
      const ended = new Promise<BrokerConnectionError | undefined>((end) => {
        client.on('close', async () => {
          // A DISCONNECT that arrives together with the end of the connection is parsed after it.
          await immediate();
          stopWaiting();
          const sending = inFlight?.largestUnfinished;
          inFlight?.end(new Error('the connection ended'));
          client.end(true);
          if (inFlight === undefined) {
            return reject(
              reason ??
                new BrokerConnectionError(
                  named((texts = brokerErrorTexts) => texts.closedBeforeAnswer),
                  { lacksVersion5Answer: true },
                ),
            );
          }
          if (sending === undefined || reason?.detail) return end(reason);
          end(
            new BrokerConnectionError(reason?.own ?? ((texts = brokerErrorTexts) => texts.closed), {
              sending,
              cause: reason?.cause,
            }),
          );
        });
      });
      // MQTT 5, section 4.11.
      let otherServer = '';
      client.on('packetreceive', (packet) => {
        const reference = packet.cmd === 'connack' || packet.cmd === 'disconnect' ? packet.properties : undefined;
        // Who is not the broker may repeat the password.
        if (reference?.serverReference)
          otherServer = `: ${JSON.stringify(redactSecrets(reference.serverReference).slice(0, 120))}`;
      });
      client.on('error', (error) => {
        const code = errorCodeOf(error);
        reason ??= new BrokerConnectionError(
          named((texts) => `${translatableConnectionErrorWithAdvice(error, settings.MQTT_URL)(texts)}${otherServer}`),
          {
            lacksVersion5Answer: inFlight === undefined && lacksVersion5Answer(error),
            isRefusal: typeof code === 'number',
            cause: error,
          },
        );
        if (inFlight === undefined) client.end(true, () => reject(reason));
        // The packet could not be parsed, so it is unknown what it acknowledged.
        else if (code === undefined) client.end(true);
      });
      client.on('disconnect', ({ reasonCode: code = 0 }) => {
        const words = `${describeReasonCode(code)}${otherServer}`;
        reason = new BrokerConnectionError(named((texts = brokerErrorTexts) => texts.sessionEnded(words)));
      });
      client.on('connect', (connack: IConnackPacket) => {
        stopWaiting();
        const limits = new ConnackLimits(connack);
        if (limits.missingFeature !== undefined) {
          reason = new BrokerConnectionError(named(limits.missingFeature), { isRefusal: true });
          client.end(true, () => reject(reason));
          return;
        }
        inFlight = new InFlightLimiter(limits.receiveMaximum, {
          ping: () => client.sendPing(),
          connectionStuck: (topic, isSilent) => {
            reason ??= new BrokerConnectionError(
              named((texts = brokerErrorTexts) =>
                isSilent ? texts.noDataReceived(minAckTimeoutMs / 1000) : texts.noAcknowledgements,
              ),
              { detail: (texts = brokerErrorTexts) => texts.afterSending(topic) },
            );
            client.end(true);
            return reason;
          },
          after,
        });
        resolve(new SingleUseBrokerConnection(settings, client, inFlight, limits, session, ended));
      });
    });
  }

  /** Whether subscriptions may have wildcards. */
  get takesWildcards(): boolean {
    return this.#limits.takesWildcards;
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
   * UnacknowledgedMessageError, or when the connection ends. `hasSubscribers` is false only if the broker said that
   * there are none. */
  async publish(topic: string, payload: string, { retain = true } = {}): Promise<{ hasSubscribers: boolean }> {
    const bytes = publishPacketBytes(topic, payload, this.protocolVersion);
    this.assertFits(topic, payload);
    await this.#inFlight.acquireSlot();
    const answer = this.#client.publishAsync(topic, payload, { qos: 1, retain });
    const packet = await this.#inFlight.awaitAnswer(topic, bytes, answer).catch((error: unknown) => {
      const code = errorCodeOf(error);
      throw typeof code === 'number' ? new PublishRefusedError(code, bytes) : error;
    });
    const id = packet !== undefined && 'messageId' in packet ? packet.messageId : undefined;
    return { hasSubscribers: id === undefined || !this.#withoutSubscribers.delete(id) };
  }

  /** Throws PacketTooLargeError for a message that the broker does not accept, as far as that is known. */
  assertFits(topic: string, payload: string): void {
    const bytes = publishPacketBytes(topic, payload, this.protocolVersion);
    this.#limits.assertAccepts(bytes);
    if (bytes >= this.#disconnectBytes) throw new PacketTooLargeError(bytes, { closedAt: this.#disconnectBytes });
  }

  /** With QoS 0, which loses nothing while the connection lasts. For QoS 1, a cluster that has just lost a node would
   * first have to agree on where to keep the messages: NATS takes five seconds to refuse it, for each topic. Filters
   * with wildcards are left out where the broker takes none. */
  async subscribe(filters: string[], maxWaitMs = minAckTimeoutMs): Promise<void> {
    const topics = filters.filter((filter) => this.#takes(filter));
    if (topics.length === 0) return;
    this.#limits.assertAccepts(subscribePacketBytes(topics, this.protocolVersion));
    const answer = this.#client.subscribeAsync(topics, { qos: 0 }).catch((error: unknown) => {
      const granted = error instanceof ErrorWithSubackPacket ? error.packet.granted.map(Number) : [];
      const code = granted.find((one) => one >= 0x80);
      throw code === undefined
        ? error
        : new SubscriptionRefusedError(
            code,
            topics.filter((_, index) => (granted[index] ?? 0) >= 0x80),
          );
    });
    const list = topics.join(', ');
    await this.#withTimeout(answer, maxWaitMs, (texts = brokerErrorTexts) => texts.noAnswerToSubscription(list));
  }

  async unsubscribe(filters: string[]): Promise<void> {
    const topics = filters.filter((filter) => this.#takes(filter));
    if (topics.length === 0) return;
    const answer = this.#client.unsubscribeAsync(topics);
    const list = topics.join(', ');
    await this.#withTimeout(answer, minAckTimeoutMs, (texts = brokerErrorTexts) => texts.noAnswerToUnsubscribe(list));
  }

  #takes(filter: string): boolean {
    return this.takesWildcards || !/[+#]/.test(filter);
  }

  async #withTimeout(
    answer: Promise<unknown>,
    maxWaitMs: number,
    unanswered: TranslatableText<BrokerErrorTexts>,
  ): Promise<void> {
    let stop = () => {};
    const timedOut = new Promise<never>((_, reject) => {
      stop = this.#after(maxWaitMs, () => reject(new UnansweredSubscriptionError(unanswered)));
    });
    await Promise.race([answer, timedOut]).finally(stop);
  }

  #received(topic: string, payload: Buffer, isRetained: boolean): void {
    const message = { topic, payload: this.#texts.read(topic, payload, isRetained), retained: isRetained };
    for (const listener of this.#listeners) listener(message);
  }

  /** Calls back for each message until the returned function is called. */
  listen(onMessage: (message: ReceivedMessage) => void): () => void {
    this.#listeners.add(onMessage);
    return () => void this.#listeners.delete(onMessage);
  }

  /** Calls back for all bytes that arrive, also of incomplete messages, until the returned function is called. */
  listenToBytes(onBytes: () => void): () => void {
    const { stream } = this.#client;
    stream.on('data', onBytes);
    return () => stream.off('data', onBytes);
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
