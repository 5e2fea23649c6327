/** Both clocks at one moment, in milliseconds. */
export interface ClockReading {
  wall: number;
  /** Runs evenly, and stands still while the machine sleeps. */
  monotonic: number;
}

export const readClocks = (): ClockReading => ({ wall: Date.now(), monotonic: performance.now() });

/** The clocks may part by this much between two readings (slewing, a busy machine); more is sleep or a jump. */
const clockToleranceMs = 2000;

/** Did both clocks advance alike from one moment to the next? */
export const advanceAlike = (before: ClockReading, at: ClockReading): boolean =>
  Math.abs(at.wall - before.wall - (at.monotonic - before.monotonic)) < clockToleranceMs;

/** Turns counters into rates per second. Unknown at first, after a sleep or a clock jump, and when the counter fell. */
export class CounterRates {
  readonly #before = new Map<string, number>();
  #at: ClockReading | undefined;
  #elapsed: number | undefined;

  /** Begins a reading: all counters until the next call belong to this moment. */
  begin(at: ClockReading): void {
    const before = this.#at;
    this.#at = at;
    const elapsed = before && at.monotonic - before.monotonic;
    const steady = before && elapsed && advanceAlike(before, at);
    this.#elapsed = steady && elapsed > 0 ? elapsed / 1000 : undefined;
  }

  /** How much the counter grew since the reading before. */
  growth(key: string, counter: number | undefined): number | undefined {
    const before = this.#before.get(key);
    if (counter === undefined) {
      this.#before.delete(key);
      return undefined;
    }
    this.#before.set(key, counter);
    return before === undefined || this.#elapsed === undefined || counter < before ? undefined : counter - before;
  }

  /** How much the counter grew a second. */
  perSecond(key: string, counter: number | undefined): number | undefined {
    const growth = this.growth(key, counter);
    return growth === undefined || this.#elapsed === undefined ? undefined : growth / this.#elapsed;
  }
}
