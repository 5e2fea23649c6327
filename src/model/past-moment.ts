import { uptime } from 'node:os';

/** Both clocks at one moment, in milliseconds; the even one goes on while the machine sleeps. */
export const readClocksSinceBoot = () => ({ wall: Date.now(), monotonic: uptime() * 1000 });

/** Milliseconds by which slewing may move a moment that has been, before it is told anew. */
const toleranceMs = 60_000;

/** A moment that has been, by its distance from now: a machine without a battery begins in 1970, and its clock is set later. */
export class PastMoment {
  readonly #clock: typeof readClocksSinceBoot;
  readonly #monotonic: number;
  #date: Date;

  constructor(clock: typeof readClocksSinceBoot = readClocksSinceBoot) {
    const { wall, monotonic } = clock();
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#date = new Date(wall);
  }

  get date(): Date {
    const { wall, monotonic } = this.#clock();
    const then = wall - (monotonic - this.#monotonic);
    if (Math.abs(then - this.#date.getTime()) > toleranceMs) this.#date = new Date(then);
    return this.#date;
  }
}
