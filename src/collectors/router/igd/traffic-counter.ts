import { readClocks } from '../../../lib/clocks.ts';
import { CounterRates } from '../../../lib/counter-rates.ts';
import type { XmlFields } from '../soap/xml-fields.ts';
import { CounterUnwrap } from './counter-unwrap.ts';
import type { WanReading } from './reading.ts';

export type WanTraffic = Pick<WanReading, 'received' | 'sent' | 'receivedPerSecond' | 'sentPerSecond'>;

/** bit/s, where the box does not say what the line can do. */
const assumedBitsPerSecond = 1e9;

/** What an action told of one direction. `single`: GetTotalBytesReceived or GetTotalBytesSent. */
interface DirectionValues {
  addon: XmlFields | undefined;
  single: XmlFields | undefined;
  /** bit/s. */
  line: number | undefined;
}

/** One direction of the traffic, from one reading to the next. */
class DirectionCounter {
  readonly #unwrap = new CounterUnwrap();
  readonly #key: string;
  /** The box measures rates at all; on mobile lines they stay zero. */
  #measures = false;

  constructor(key: string) {
    this.#key = key;
  }

  total({ addon, single, line }: DirectionValues, isReset: boolean, seconds: number): number | undefined {
    const wide = addon?.count(`X_AVM_DE_TotalBytes${this.#key}64`);
    if (wide !== undefined) return wide;
    const narrow = single?.count(`TotalBytes${this.#key}`) ?? addon?.count(`TotalBytes${this.#key}`);
    return this.#unwrap.unwrap(narrow, isReset, ((line ?? assumedBitsPerSecond) / 8) * seconds * 1.1);
  }

  /** The box's own, which is of this moment, else the mean since the last reading. */
  rate({ addon }: DirectionValues, mean: number | undefined): number | undefined {
    const own = addon?.count(`Byte${this.#key === 'Sent' ? 'Send' : 'Receive'}Rate`);
    if (own) this.#measures = true;
    return own || (mean ?? (this.#measures ? own : undefined));
  }
}

/** Counters of a box, made fit for use. */
export class TrafficCounter {
  readonly #received = new DirectionCounter('Received');
  readonly #sent = new DirectionCounter('Sent');
  readonly #rates = new CounterRates();
  #uptime: number | undefined;
  #at = performance.now();

  read(received: DirectionValues, sent: DirectionValues, uptime: number | undefined): WanTraffic {
    const at = readClocks();
    const seconds = (at.monotonic - this.#at) / 1000;
    const isReset = uptime !== undefined && this.#uptime !== undefined && uptime < this.#uptime;
    this.#at = at.monotonic;
    this.#uptime = uptime;
    this.#rates.begin(at);
    const totals = {
      received: this.#received.total(received, isReset, seconds),
      sent: this.#sent.total(sent, isReset, seconds),
    };
    // A box where both stay at zero does not count.
    const counted = totals.received || totals.sent ? totals : { received: undefined, sent: undefined };
    return {
      ...counted,
      receivedPerSecond: this.#received.rate(received, this.#rates.perSecond('received', counted.received)),
      sentPerSecond: this.#sent.rate(sent, this.#rates.perSecond('sent', counted.sent)),
    };
  }
}
