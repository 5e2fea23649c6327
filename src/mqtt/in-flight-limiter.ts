import { UnacknowledgedMessageError } from './publish-error.ts';
import type { RunAfter } from './run-after.ts';

/** Messages that may wait for an acknowledgement at a time, even if the broker allows more. */
const maxInFlight = 20;
/** How long an acknowledgement may take, plus ten seconds for each 100 kB in flight, which a slow link has to carry
 * first. */
export const minAckTimeoutMs = 30_000;
const transferMs = (bytes: number) => 10_000 * Math.floor(bytes / 100_000);

/** A message in flight. */
interface SentMessage {
  topic: string;
  bytes: number;
  /** Packets and acknowledgements received from the broker before it was sent. */
  packetsBefore: number;
  acknowledgementsBefore: number;
  /** An earlier message had been given up, and none acknowledged since, when it was sent. */
  isAfterGiveUp: boolean;
  isGivenUp: boolean;
}

/** The message that was being sent when a connection ended. */
export interface InFlightMessageAtDisconnect {
  topic: string;
  bytes: number;
  /** No message of this size or larger was acknowledged on the connection. */
  isLargest: boolean;
}

interface SlotWaiter {
  resolve(): void;
  reject(reason: Error): void;
}

/** What InFlightLimiter needs from its connection. */
export interface InFlightLimiterCallbacks {
  /** Sends PINGREQ, which a broker that is alive answers. */
  ping(): void;
  /** `topic` was not acknowledged, and waiting longer is of no use. `isSilent`: nothing at all was received. */
  connectionStuck(topic: string, isSilent: boolean): Error;
  after: RunAfter;
}

/** The messages that wait for the broker's acknowledgement: never more than it allows (MQTT 5, section 4.9), and none
 * forever. A message that was given up keeps its slot, because the broker may still count it. */
export class InFlightLimiter {
  /** Messages that may be in flight at a time. */
  readonly window: number;
  readonly #context: InFlightLimiterCallbacks;
  readonly #sent = new Set<SentMessage>();
  readonly #cancels = new Map<SentMessage, () => void>();
  #waiters: SlotWaiter[] = [];
  #freeSlots: number;
  #packetCount = 0;
  #acknowledgementCount = 0;
  /** A message was given up, and none was acknowledged since. */
  #hasGivenUp = false;
  #hasPinged = false;
  /** Bytes of the largest message that was acknowledged. */
  #largestAcknowledged = 0;
  #ended: Error | undefined;

  constructor(receiveMaximum: number, context: InFlightLimiterCallbacks) {
    this.window = Math.min(maxInFlight, receiveMaximum);
    this.#freeSlots = this.window;
    this.#context = context;
  }

  /** Resolves when a slot is free, which `awaitAnswer` releases. */
  async acquireSlot(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#freeSlots > 0) this.#freeSlots -= 1;
    else await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Settles with the broker's answer to a message that has just been written. Rejects with UnacknowledgedMessageError
   * if there is none. */
  async awaitAnswer<T>(topic: string, bytes: number, answer: Promise<T>): Promise<T> {
    const sent: SentMessage = {
      topic,
      bytes,
      packetsBefore: this.#packetCount,
      acknowledgementsBefore: this.#acknowledgementCount,
      isAfterGiveUp: this.#hasGivenUp,
      isGivenUp: false,
    };
    this.#sent.add(sent);
    const timedOut = new Promise<never>((_, reject) => this.#startTimeout(sent, reject));
    const answered = answer.then((acknowledgement) => {
      this.#largestAcknowledged = Math.max(this.#largestAcknowledged, bytes);
      return acknowledgement;
    });
    const settled = answered.finally(() => {
      this.#cancels.get(sent)?.();
      this.#cancels.delete(sent);
      this.#sent.delete(sent);
      this.#releaseSlot();
    });
    return await Promise.race([settled, timedOut]);
  }

  packetReceived(isAcknowledgement: boolean): void {
    this.#packetCount += 1;
    this.#hasPinged = false;
    if (!isAcknowledgement) return;
    this.#acknowledgementCount += 1;
    this.#hasGivenUp = false;
  }

  /** Stops all timers and rejects the messages that were not sent yet. */
  end(reason: Error): void {
    this.#ended = reason;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
  }

  /** The largest message that was not acknowledged. */
  get largestUnfinished(): InFlightMessageAtDisconnect | undefined {
    const [largest] = [...this.#sent].sort((a, b) => b.bytes - a.bytes);
    return largest === undefined
      ? undefined
      : { topic: largest.topic, bytes: largest.bytes, isLargest: largest.bytes > this.#largestAcknowledged };
  }

  /** Whether one more message than these may stay unacknowledged and still leave half of the window free. */
  canRiskUnacknowledged(count: number): boolean {
    return (this.#givenUpCount + count + 1) * 2 <= this.window;
  }

  get #givenUpCount(): number {
    return [...this.#sent].filter(({ isGivenUp }) => isGivenUp).length;
  }

  /** Hands the slot to the next waiter; it is not free in between. */
  #releaseSlot(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#freeSlots += 1;
    else next.resolve();
  }

  /** After half of the time, pings a broker from which nothing was received; gives up after the other half. */
  #startTimeout(sent: SentMessage, reject: (error: Error) => void): void {
    const halfMs = (minAckTimeoutMs + transferMs([...this.#sent].reduce((sum, { bytes }) => sum + bytes, 0))) / 2;
    const giveUp = () => reject(this.#giveUp(sent));
    const ping = () => {
      if (sent.packetsBefore === this.#packetCount && !this.#hasPinged) {
        this.#hasPinged = true;
        this.#context.ping();
      }
      this.#cancels.set(sent, this.#context.after(halfMs, giveUp));
    };
    this.#cancels.set(sent, this.#context.after(halfMs, ping));
  }

  /** A broker acknowledges messages in the order in which it received them (MQTT-4.6.0-2), so a broker that
   * acknowledges later ones has dropped this one. If it acknowledges nothing that was sent later, or sends nothing at
   * all, the connection is stuck. */
  #giveUp(sent: SentMessage): Error {
    const isSilent = sent.packetsBefore === this.#packetCount;
    const hasStoppedAcknowledging = sent.isAfterGiveUp && sent.acknowledgementsBefore === this.#acknowledgementCount;
    sent.isGivenUp = true;
    this.#hasGivenUp = true;
    if (isSilent) return this.#context.connectionStuck(sent.topic, true);
    if (hasStoppedAcknowledging || this.#givenUpCount >= this.window) this.#context.connectionStuck(sent.topic, false);
    return new UnacknowledgedMessageError(sent.bytes);
  }
}
