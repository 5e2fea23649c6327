import type { ClockReading } from '../../../lib/clocks.ts';
import { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';

/** A device under a name that others can have had before. */
interface CountingDevice {
  name: string;
  /** Differs for another device under the same name. */
  identity: string;
  /** A greater rate is none of this device. */
  maxPerSecond: number;
}

/** Rates of the counters of interfaces and disks. Kernel names go round, so the counters under a name can be those of
 * another device than before, or of a guest that has moved to another machine. */
export class DiskAndInterfaceRateCalculator {
  readonly #rates = new CounterRateCalculator();

  /** Starts a reading: all counters up to the next call were read at this moment. */
  begin(at: ClockReading): void {
    this.#rates.begin(at);
  }

  /** The increase of each counter per second. All are undefined if one of them can't be right, and in the device's
   * first reading. */
  perSecond<Key extends string>(
    { name, identity, maxPerSecond }: CountingDevice,
    counters: Record<Key, number | undefined>,
  ): Partial<Record<Key, number>> {
    const rates: Partial<Record<Key, number>> = {};
    let isPlausible = true;
    for (const key of Object.keys(counters) as Key[]) {
      const rate = this.#rates.perSecond(`${name} ${identity} ${key}`, counters[key]);
      if (counters[key] === undefined) continue;
      if (rate === undefined || rate > maxPerSecond) isPlausible = false;
      else rates[key] = rate;
    }
    return isPlausible ? rates : {};
  }
}
