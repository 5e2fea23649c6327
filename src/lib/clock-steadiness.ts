import { advanceAlike, type ClockReading } from './counter-rates.ts';

/** For how long the wall clock has run with the even one. A clock that is about to be set has not been right before. */
export class ClockSteadiness {
  #before: ClockReading | undefined;
  #since = 0;

  /** Milliseconds. To be asked often: between two questions a clock may be set and set back. */
  at(moment: ClockReading): number {
    if (this.#before === undefined || !advanceAlike(this.#before, moment)) this.#since = moment.monotonic;
    this.#before = moment;
    return moment.monotonic - this.#since;
  }
}
