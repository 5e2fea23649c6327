import { readClocks } from '../../../lib/clocks.ts';
import { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { WanReading } from '../reading.ts';

const counterRange = 2 ** 32;

/** Extends a 32-bit counter, which wraps around every 4 GiB. Wider counters of some routers pass unchanged. */
export class CounterUnwrapper {
  #lastCount: number | undefined;
  #base = 0;

  /** `isReset`: the router has reset its counters. `maxGrowth`: the largest growth that the rate of the line allows. */
  unwrap(count: number | undefined, isReset: boolean, maxGrowth: number): number | undefined {
    if (count === undefined) return undefined;
    const before = this.#lastCount ?? count;
    this.#lastCount = count;
    if (count < before) {
      const hasWrapped = !isReset && before < counterRange && count + counterRange - before <= maxGrowth;
      this.#base = hasWrapped ? this.#base + counterRange : 0;
    }
    return this.#base + count;
  }
}

export type WanTraffic = Pick<WanReading, 'received' | 'sent' | 'receivedPerSecond' | 'sentPerSecond'>;

/** Capacity of a line whose router does not report it. */
const assumedBytesPerSecond = toBaseUnit(1000, 'Mbit/s');

/** The answers that concern one direction. `addon`: GetAddonInfos; `single`: GetTotalBytesReceived or
 * GetTotalBytesSent. */
interface DirectionValues {
  addon: SoapFields | undefined;
  single: SoapFields | undefined;
  /** Capacity of the line. */
  lineBytesPerSecond: number | undefined;
}

/** Follows one direction of the traffic from reading to reading. */
class DirectionCounter {
  readonly #unwrap = new CounterUnwrapper();
  readonly #key: string;
  /** Whether the router measures rates at all; on mobile lines they stay at zero. */
  #measuresRates = false;

  constructor(key: string) {
    this.#key = key;
  }

  total(
    { addon, single, lineBytesPerSecond = assumedBytesPerSecond }: DirectionValues,
    isReset: boolean,
    seconds: number,
  ): number | undefined {
    const wide = addon?.count(`X_AVM_DE_TotalBytes${this.#key}64`);
    if (wide !== undefined) return wide;
    const narrow = single?.count(`TotalBytes${this.#key}`) ?? addon?.count(`TotalBytes${this.#key}`);
    return this.#unwrap.unwrap(narrow, isReset, lineBytesPerSecond * seconds * 1.1);
  }

  /** The router's own rate, which is current, or else the mean since the last reading. */
  rate({ addon }: DirectionValues, mean: number | undefined): number | undefined {
    const ownRate = addon?.count(`Byte${this.#key === 'Sent' ? 'Send' : 'Receive'}Rate`);
    if (ownRate) this.#measuresRates = true;
    return ownRate || (mean ?? (this.#measuresRates ? ownRate : undefined));
  }
}

/** Derives totals and rates from a router's counters. */
export class WanTrafficMeter {
  readonly #received = new DirectionCounter('Received');
  readonly #sent = new DirectionCounter('Sent');
  readonly #rates = new CounterRateCalculator();
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
    // A router whose counters both stay at zero does not count.
    const counts = totals.received || totals.sent ? totals : { received: undefined, sent: undefined };
    return {
      ...counts,
      receivedPerSecond: this.#received.rate(received, this.#rates.perSecond('received', counts.received)),
      sentPerSecond: this.#sent.rate(sent, this.#rates.perSecond('sent', counts.sent)),
    };
  }
}
