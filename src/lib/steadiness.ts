import { type Moment, runTogether } from './rates.ts';

/** For how long the wall clock has run with the even one. A clock that is about to be set has not been right before. */
export class Steadiness {
  #before: Moment | undefined;
  #since = 0;

  /** Milliseconds. To be asked often: between two questions a clock may be set and set back. */
  at(moment: Moment): number {
    if (this.#before === undefined || !runTogether(this.#before, moment)) this.#since = moment.monotonic;
    this.#before = moment;
    return moment.monotonic - this.#since;
  }
}
