import { type ClockReading, haveClocksAdvancedAlike } from './clocks.ts';

/** Turns counters into rates per second. A rate is undefined in the first reading, after a reading without the counter,
 * after a sleep or a clock jump, and when the counter fell. */
export class CounterRateCalculator {
  #before = new Map<string, number>();
  #current = new Map<string, number>();
  #at: ClockReading | undefined;
  #elapsed: number | undefined;

  /** Starts a reading: all counters up to the next call were read at this moment. */
  begin(at: ClockReading): void {
    const before = this.#at;
    this.#at = at;
    this.#before = this.#current;
    this.#current = new Map();
    const elapsed = before && at.monotonic - before.monotonic;
    const steady = before && elapsed && haveClocksAdvancedAlike(before, at);
    this.#elapsed = steady && elapsed > 0 ? elapsed / 1000 : undefined;
  }

  /** Increase of the counter since the previous reading. */
  growth(key: string, counter: number | undefined): number | undefined {
    if (counter === undefined) return undefined;
    this.#current.set(key, counter);
    const before = this.#before.get(key);
    return before === undefined || this.#elapsed === undefined || counter < before ? undefined : counter - before;
  }

  /** Increase of the counter per second since the previous reading. */
  perSecond(key: string, counter: number | undefined): number | undefined {
    const growth = this.growth(key, counter);
    return growth === undefined || this.#elapsed === undefined ? undefined : growth / this.#elapsed;
  }
}
