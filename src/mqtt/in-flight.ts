import { UnacknowledgedError } from './publish-error.ts';

/** Calls back after so many milliseconds unless the returned function is called before. */
export type Timer = (milliseconds: number, run: () => void) => () => void;

export const startTimer: Timer = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds).unref();
  return () => clearTimeout(timer);
};

/** How many messages wait for an acknowledgement at a time, whatever the broker allows. */
const maxInFlight = 20;
/** How long an acknowledgement may take; longer by ten seconds for each 100 kB that a slow link has to carry before. */
export const ackTimeoutMs = 30_000;
const transferMs = (bytes: number) => 10_000 * Math.floor(bytes / 100_000);

/** A message on its way. */
interface Sent {
  topic: string;
  bytes: number;
  /** What had come from the broker when it was sent. */
  packets: number;
  acknowledgements: number;
  /** It was sent when an earlier one had just been given up. */
  inDoubt: boolean;
  givenUp: boolean;
}

/** What was being sent when a connection ended. */
export interface UnfinishedSend {
  topic: string;
  bytes: number;
  /** No message as large was acknowledged. */
  largestYet: boolean;
}

interface Waiting {
  go(): void;
  stop(reason: Error): void;
}

/** What the messages in flight need of their connection. */
export interface SendContext {
  /** Makes a living broker say something. */
  ping(): void;
  /** The broker answers no more: `topic` was not acknowledged. */
  stuck(topic: string, silent: boolean): Error;
  after: Timer;
}

/** The messages that wait for the broker's acknowledgement: never more than it allows (MQTT 5, section 4.9), and none for ever.
 * A message that was given up keeps its place, because the broker may count it still. */
export class InFlight {
  /** Messages that may be in flight at a time. */
  readonly window: number;
  readonly #wire: SendContext;
  readonly #sent = new Set<Sent>();
  readonly #cancels = new Map<Sent, () => void>();
  #waiting: Waiting[] = [];
  #free: number;
  #packets = 0;
  #acknowledgements = 0;
  /** One was given up, and none was acknowledged since. */
  #inDoubt = false;
  #pinged = false;
  /** Bytes of the largest message that was acknowledged. */
  #largestAcknowledged = 0;
  #ended: Error | undefined;

  constructor(receiveMaximum: number, wire: SendContext) {
    this.window = Math.min(maxInFlight, receiveMaximum);
    this.#free = this.window;
    this.#wire = wire;
  }

  /** Sends when there is room, and settles with the broker's answer. Rejects with Unacknowledged if there is none. */
  async send<T>(topic: string, bytes: number, write: () => Promise<T>): Promise<T> {
    await this.#room();
    const sent: Sent = {
      topic,
      bytes,
      packets: this.#packets,
      acknowledgements: this.#acknowledgements,
      inDoubt: this.#inDoubt,
      givenUp: false,
    };
    this.#sent.add(sent);
    const unanswered = new Promise<never>((_, reject) => this.#watch(sent, reject));
    const answered = write().then((answer) => {
      this.#largestAcknowledged = Math.max(this.#largestAcknowledged, bytes);
      return answer;
    });
    const settled = answered.finally(() => {
      this.#cancels.get(sent)?.();
      this.#cancels.delete(sent);
      this.#sent.delete(sent);
      this.#next();
    });
    return await Promise.race([settled, unanswered]);
  }

  /** A packet came from the broker. */
  heard(acknowledgement: boolean): void {
    this.#packets += 1;
    this.#pinged = false;
    if (!acknowledgement) return;
    this.#acknowledgements += 1;
    this.#inDoubt = false;
  }

  /** The connection is over. */
  end(reason: Error): void {
    this.#ended = reason;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    for (const { stop } of this.#waiting.splice(0)) stop(reason);
  }

  /** The largest of those that were not acknowledged. */
  get largest(): UnfinishedSend | undefined {
    const [largest] = [...this.#sent].sort((a, b) => b.bytes - a.bytes);
    return largest === undefined
      ? undefined
      : { topic: largest.topic, bytes: largest.bytes, largestYet: largest.bytes > this.#largestAcknowledged };
  }

  /** May one more message stay unacknowledged and leave half of the window? */
  get canRiskOne(): boolean {
    return (this.#givenUp + 1) * 2 <= this.window;
  }

  get #givenUp(): number {
    return [...this.#sent].filter(({ givenUp }) => givenUp).length;
  }

  async #room(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go, stop) => this.#waiting.push({ go, stop }));
  }

  /** A place passes to who waits without being free in between. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.go();
  }

  #watch(sent: Sent, giveUp: (error: Error) => void): void {
    const half = (ackTimeoutMs + transferMs([...this.#sent].reduce((sum, { bytes }) => sum + bytes, 0))) / 2;
    const judge = () => giveUp(this.#judge(sent));
    const ask = () => {
      if (sent.packets === this.#packets && !this.#pinged) {
        this.#pinged = true;
        this.#wire.ping();
      }
      this.#cancels.set(sent, this.#wire.after(half, judge));
    };
    this.#cancels.set(sent, this.#wire.after(half, ask));
  }

  /** A broker acknowledges in the order in which it received (MQTT-4.6.0-2), so one that goes on without this one has dropped it.
   * If it acknowledges nothing that was sent later either, or nothing at all came, the connection is of no use. */
  #judge(sent: Sent): Error {
    const silent = sent.packets === this.#packets;
    const neverAgain = sent.inDoubt && sent.acknowledgements === this.#acknowledgements;
    sent.givenUp = true;
    this.#inDoubt = true;
    if (silent) return this.#wire.stuck(sent.topic, true);
    if (neverAgain || this.#givenUp >= this.window) this.#wire.stuck(sent.topic, false);
    return new UnacknowledgedError(sent.bytes);
  }
}
