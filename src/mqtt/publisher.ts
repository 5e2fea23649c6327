import type { RetainedPayloads } from '../views/state-topics.ts';
import { retryPauseMs } from './backoff.ts';
import { type Connection, isRefusedByBroker } from './connection.ts';
import type { Timer } from './in-flight.ts';
import { PacketTooLargeError, UnacknowledgedError } from './publish-error.ts';

export interface PublisherListener {
  accepted(topic: string): void;
  rejected(topic: string, error: unknown): void;
}

/** Topics that the broker left unacknowledged, how often in a row and the last time; outlives a connection. */
export type UnacknowledgedTopics = Map<string, { failures: number; error: UnacknowledgedError }>;

/** What one connection has sent and still has to. A topic has one message in flight at a time; what the broker does not take is
 * offered again after a pause that grows, with the newest payload, and holds up no other topic. */
export class Publisher {
  readonly #connection: Connection;
  readonly #listener: PublisherListener;
  readonly #unacknowledged: UnacknowledgedTopics;
  readonly #after: Timer;
  /** What the broker has taken, or is about to take. */
  readonly #sent = new Map<string, string>();
  readonly #queue = new Map<string, string>();
  readonly #inFlight = new Set<string>();
  /** What stops the pause of a topic. */
  readonly #paused = new Map<string, () => void>();
  /** Tries of a topic that failed, one after the other. */
  readonly #failures = new Map<string, number>();
  /** The newest payload of topics that are in flight or paused. */
  readonly #next = new Map<string, string>();
  #idleWaiters: (() => void)[] = [];
  #closed = false;

  constructor(connection: Connection, listener: PublisherListener, unacknowledged: UnacknowledgedTopics, after: Timer) {
    this.#connection = connection;
    this.#listener = listener;
    this.#unacknowledged = unacknowledged;
    this.#after = after;
    // They may stay so, and all else comes first.
    for (const [topic, { failures, error }] of unacknowledged) this.#pause(topic, failures, error);
  }

  /** Takes in what is to be on the broker and sends what differs from what this connection has sent. */
  publishChanged(publications: RetainedPayloads): void {
    for (const [topic, payload] of publications) {
      // One that waits in the queue keeps its place.
      if (this.#sent.get(topic) === payload) this.drop(topic);
      else if (this.#inFlight.has(topic) || this.#paused.has(topic)) this.#next.set(topic, payload);
      else this.#queue.set(topic, payload);
    }
    this.#sendQueued();
  }

  /** From now on everything counts as new, or this topic. */
  forgetSent(topic?: string): void {
    if (topic === undefined) this.#sent.clear();
    else this.#sent.delete(topic);
  }

  /** What has not been sent of it is not wanted any more. */
  drop(topic: string): void {
    this.#queue.delete(topic);
    this.#next.delete(topic);
  }

  lastSent(topic: string): string | undefined {
    return this.#sent.get(topic);
  }

  /** Settles when all that was offered is taken or waits for another try. */
  async drained(): Promise<void> {
    if (this.#queue.size > 0 || this.#inFlight.size > 0)
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#paused.values()) stop();
    this.#paused.clear();
  }

  #sendQueued(): void {
    for (const [topic, payload] of this.#queue) {
      if (this.#closed || this.#inFlight.size >= this.#connection.window) break;
      this.#queue.delete(topic);
      this.#inFlight.add(topic);
      this.#sent.set(topic, payload);
      void this.#send(topic, payload);
    }
    if (this.#inFlight.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #send(topic: string, payload: string): Promise<void> {
    try {
      await this.#connection.publish(topic, payload);
      this.#accepted(topic);
    } catch (error) {
      this.#failed(topic, payload, error);
    }
    this.#inFlight.delete(topic);
    if (!this.#paused.has(topic)) this.#resume(topic);
    this.#sendQueued();
  }

  #accepted(topic: string): void {
    this.#failures.delete(topic);
    this.#unacknowledged.delete(topic);
    this.#listener.accepted(topic);
  }

  #failed(topic: string, payload: string, error: unknown): void {
    // Counts as sent, so that only another payload is tried, which may fit.
    if (error instanceof PacketTooLargeError) {
      this.#listener.rejected(topic, error);
      return;
    }
    if (this.#closed || !(isRefusedByBroker(error) || error instanceof UnacknowledgedError)) return;
    // Unless it is not wanted any more.
    if (this.#sent.get(topic) === payload) {
      this.#sent.delete(topic);
      if (!this.#next.has(topic)) this.#next.set(topic, payload);
    }
    const failures = (this.#failures.get(topic) ?? 0) + 1;
    if (error instanceof UnacknowledgedError) this.#unacknowledged.set(topic, { failures, error });
    else this.#unacknowledged.delete(topic);
    this.#pause(topic, failures, error);
  }

  #pause(topic: string, failures: number, error: unknown): void {
    this.#failures.set(topic, failures);
    this.#listener.rejected(topic, error);
    const again = () => {
      // A message that is not acknowledged takes away a place: half of them stay for what is.
      if (this.#unacknowledged.has(topic) && !this.#connection.canRiskOne)
        return this.#pause(topic, failures + 1, error);
      this.#paused.delete(topic);
      // Nobody wants it there any more.
      if (!this.#next.has(topic)) return this.#accepted(topic);
      this.#resume(topic);
      this.#sendQueued();
    };
    this.#paused.set(topic, this.#after(retryPauseMs(failures - 1), again));
  }

  #resume(topic: string): void {
    const payload = this.#next.get(topic);
    if (payload === undefined) return;
    this.#next.delete(topic);
    if (this.#sent.get(topic) !== payload) this.#queue.set(topic, payload);
  }
}
