import type { RetainedPayloadsByTopic } from '../views/state-and-event-payloads.ts';
import { resendPauseMs } from './backoff.ts';
import { isBrokerRefusal } from './broker-connection-error.ts';
import { PacketTooLargeError, UnacknowledgedMessageError } from './publish-error.ts';
import type { RunAfter } from './run-after.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

export interface RetryingRetainedPublisherCallbacks {
  accepted(topic: string): void;
  rejected(topic: string, error: unknown): void;
  unacknowledged: AckFailuresByTopic;
  /** Milliseconds from the acceptance of a payload to the next payload of the same topic. */
  restMs(topic: string): number;
  after: RunAfter;
}

/** Topics that the broker left unacknowledged, with the failures in a row and the last error; outlives a connection. */
export type AckFailuresByTopic = Map<string, { failures: number; error: UnacknowledgedMessageError }>;

/** Sends retained messages over one connection. A topic has one message in flight at a time; a message that the broker
 * refuses is sent again after a growing pause, with the newest payload, and does not hold up other topics. Some topics
 * rest after each message. */
export class RetryingRetainedPublisher {
  readonly #connection: SingleUseBrokerConnection;
  readonly #context: RetryingRetainedPublisherCallbacks;
  readonly #unacknowledged: AckFailuresByTopic;
  /** The last payload sent to each topic, acknowledged or in flight. */
  readonly #sent = new Map<string, string>();
  /** Topics whose next payload is sent even if it is unchanged. */
  readonly #repeated = new Set<string>();
  readonly #queue = new Map<string, string>();
  readonly #inFlight = new Set<string>();
  /** Cancels the pause of a topic. */
  readonly #paused = new Map<string, () => void>();
  /** Failed attempts in a row, by topic. */
  readonly #failures = new Map<string, number>();
  /** The newest payload of topics that are in flight or paused. */
  readonly #next = new Map<string, string>();
  #idleWaiters: (() => void)[] = [];
  #closed = false;

  constructor(connection: SingleUseBrokerConnection, context: RetryingRetainedPublisherCallbacks) {
    this.#connection = connection;
    this.#context = context;
    this.#unacknowledged = context.unacknowledged;
    // They may stay unacknowledged again, so the others go first, but not for long: the broker may work again.
    for (const [topic, { failures, error }] of context.unacknowledged)
      this.#pause(topic, failures, error, resendPauseMs(0));
  }

  /** Sends the payloads that differ from those that this connection has sent. */
  publishChanged(publications: RetainedPayloadsByTopic): void {
    for (const [topic, payload] of publications) {
      // `set` on a topic that is already queued keeps its place.
      if (!this.#isChanged(topic, payload)) this.#drop(topic);
      else if (this.#inFlight.has(topic) || this.#paused.has(topic)) this.#next.set(topic, payload);
      else this.#queue.set(topic, payload);
    }
    this.#sendQueued();
  }

  /** Lets the next payload of these topics, or of every topic, be sent even if it is unchanged. */
  repeatNext(topics: Iterable<string> = this.#sent.keys()): void {
    for (const topic of topics) this.#repeated.add(topic);
  }

  /** Sends the newest payloads of these topics once more, in this order. */
  repeat(topics: readonly string[]): void {
    this.repeatNext(topics);
    const newest = topics.map(
      (topic) => [topic, this.#next.get(topic) ?? this.#queue.get(topic) ?? this.#sent.get(topic)] as const,
    );
    this.publishChanged(
      new Map(newest.flatMap(([topic, payload]) => (payload === undefined ? [] : [[topic, payload]]))),
    );
  }

  /** Forgets a topic that is not to be published any more, and that the broker refused it. */
  withdraw(topic: string): void {
    this.#drop(topic);
    this.#sent.delete(topic);
    this.#context.accepted(topic);
  }

  lastSent(topic: string): string | undefined {
    return this.#sent.get(topic);
  }

  /** The topics with a payload, sent or about to be. */
  get retainedTopics(): string[] {
    const newest = new Map([...this.#sent, ...this.#queue, ...this.#next]);
    return [...newest].flatMap(([topic, payload]) => (payload === '' ? [] : topic));
  }

  /** Whether the broker has yet to accept the newest payload of such a topic. */
  hasUnaccepted(isIncluded: (topic: string) => boolean): boolean {
    return [...this.#queue.keys(), ...this.#inFlight, ...this.#next.keys()].some(isIncluded);
  }

  /** Resolves when every payload is acknowledged, or paused for another attempt. */
  async drained(): Promise<void> {
    if (this.#queue.size > 0 || this.#inFlight.size > 0)
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Cancels all pauses; nothing more is sent. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#paused.values()) cancel();
    this.#paused.clear();
  }

  #sendQueued(): void {
    for (const [topic, payload] of this.#queue) {
      if (this.#closed || this.#inFlight.size >= this.#connection.window) break;
      this.#queue.delete(topic);
      this.#inFlight.add(topic);
      this.#sent.set(topic, payload);
      this.#repeated.delete(topic);
      void this.#send(topic, payload);
    }
    if (this.#inFlight.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #send(topic: string, payload: string): Promise<void> {
    try {
      await this.#connection.publish(topic, payload);
      this.#accepted(topic);
      this.#rest(topic);
    } catch (error) {
      this.#failed(topic, payload, error);
    }
    this.#inFlight.delete(topic);
    if (!this.#paused.has(topic)) this.#resume(topic);
    this.#sendQueued();
  }

  /** Discards the payload of this topic that has not been sent yet. */
  #drop(topic: string): void {
    this.#queue.delete(topic);
    this.#next.delete(topic);
  }

  #accepted(topic: string): void {
    this.#failures.delete(topic);
    this.#unacknowledged.delete(topic);
    this.#context.accepted(topic);
  }

  #rest(topic: string): void {
    const milliseconds = this.#context.restMs(topic);
    if (milliseconds === 0 || this.#closed) return;
    const end = () => {
      this.#paused.delete(topic);
      this.#resume(topic);
      this.#sendQueued();
    };
    this.#paused.set(topic, this.#context.after(milliseconds, end));
  }

  #failed(topic: string, payload: string, error: unknown): void {
    // The topic counts as sent, so that only a different payload, which may fit, is tried.
    if (error instanceof PacketTooLargeError) {
      this.#context.rejected(topic, error);
      return;
    }
    if (this.#closed || !(isBrokerRefusal(error) || error instanceof UnacknowledgedMessageError)) return;
    // A topic that was dropped meanwhile is not sent again.
    if (this.#sent.get(topic) === payload) {
      this.#sent.delete(topic);
      if (!this.#next.has(topic)) this.#next.set(topic, payload);
    }
    const failures = (this.#failures.get(topic) ?? 0) + 1;
    if (error instanceof UnacknowledgedMessageError) this.#unacknowledged.set(topic, { failures, error });
    else this.#unacknowledged.delete(topic);
    this.#pause(topic, failures, error);
  }

  #pause(topic: string, failures: number, error: unknown, pauseMs = resendPauseMs(failures - 1)): void {
    this.#failures.set(topic, failures);
    this.#context.rejected(topic, error);
    const retry = () => {
      // An unacknowledged message keeps its slot of the window; half of the slots stay free for other messages.
      if (this.#unacknowledged.has(topic) && !this.#connection.canRiskUnacknowledged(this.#retriedCount))
        return this.#pause(topic, failures + 1, error);
      this.#paused.delete(topic);
      // The topic was withdrawn during the pause.
      if (!this.#next.has(topic)) return this.#accepted(topic);
      this.#resume(topic);
      this.#sendQueued();
    };
    this.#paused.set(topic, this.#context.after(pauseMs, retry));
  }

  /** Topics that were unacknowledged before and are being sent again. */
  get #retriedCount(): number {
    return [...this.#unacknowledged.keys()].filter((topic) => !this.#paused.has(topic)).length;
  }

  #resume(topic: string): void {
    const payload = this.#next.get(topic);
    if (payload === undefined) return;
    this.#next.delete(topic);
    if (this.#isChanged(topic, payload)) this.#queue.set(topic, payload);
  }

  #isChanged(topic: string, payload: string): boolean {
    return this.#sent.get(topic) !== payload || this.#repeated.has(topic);
  }
}
