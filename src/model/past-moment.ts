import { uptime } from 'node:os';

/** The wall clock and a monotonic clock, in milliseconds. The monotonic clock advances while the machine sleeps. */
export const readClocksIncludingSleep = () => ({ wall: Date.now(), monotonic: uptime() * 1000 });

/** Corrections of the wall clock up to this size, such as slewing, do not change the date. */
const toleranceMs = 60_000;

/** A past moment, kept as its distance from now, because a machine without a battery-backed clock starts in 1970 and
 * sets its clock later. */
export class PastMoment {
  readonly #clock: typeof readClocksIncludingSleep;
  readonly #monotonic: number;
  #date: Date;

  constructor(clock: typeof readClocksIncludingSleep = readClocksIncludingSleep) {
    const { wall, monotonic } = clock();
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#date = new Date(wall);
  }

  get date(): Date {
    const { wall, monotonic } = this.#clock();
    const time = wall - (monotonic - this.#monotonic);
    if (Math.abs(time - this.#date.getTime()) > toleranceMs) this.#date = new Date(time);
    return this.#date;
  }
}
