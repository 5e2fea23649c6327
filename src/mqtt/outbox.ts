import type { Publications } from '../views/publications.ts';
import type { Connection } from './connection.ts';

/** How many messages may wait for the broker's word at a time; the rest waits here, the newest of each topic. */
const window = 20;

/** What one connection has sent and still has to. */
export class Outbox {
  readonly #connection: Connection;
  readonly #refused: (topic: string, error: unknown) => void;
  readonly #sent = new Map<string, string>();
  readonly #queue = new Map<string, string>();
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(connection: Connection, refused: (topic: string, error: unknown) => void) {
    this.#connection = connection;
    this.#refused = refused;
  }

  /** Takes in what is to be on the broker and sends what differs from what this connection has sent. */
  offer(publications: Publications): void {
    for (const [topic, payload] of publications) {
      if (this.#sent.get(topic) === payload) this.#queue.delete(topic);
      else this.#queue.set(topic, payload);
    }
    this.#pump();
  }

  /** From now on everything counts as new. */
  forget(): void {
    this.#sent.clear();
  }

  lastSent(topic: string): string | undefined {
    return this.#sent.get(topic);
  }

  /** Settles when the broker has all that was offered. */
  async drained(): Promise<void> {
    if (this.#queue.size > 0 || this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    for (const [topic, payload] of this.#queue) {
      if (this.#inFlight >= window) return;
      this.#queue.delete(topic);
      this.#sent.set(topic, payload);
      this.#inFlight += 1;
      void this.#connection
        .publish(topic, payload)
        .catch((error: unknown) => this.#refused(topic, error))
        .then(() => {
          this.#inFlight -= 1;
          this.#pump();
        });
    }
    if (this.#inFlight > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}
