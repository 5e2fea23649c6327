import { PastMoment, readClocksIncludingSleep } from '../../model/past-moment.ts';

/** An outage, from the first reading that saw it to the first one after its end. */
export interface Outage {
  from: Date;
  to: Date;
  seconds: number;
}

/** Tracks the outages of one host or connection. */
export class OutageTracker {
  readonly #clock: typeof readClocksIncludingSleep;
  #downSince: PastMoment | undefined;

  constructor(clock = readClocksIncludingSleep) {
    this.#clock = clock;
  }

  /** The outage that ended with this reading, if any. An unknown state neither begins nor ends an outage. */
  update(isUp: boolean | undefined): Outage | undefined {
    if (isUp === false) this.#downSince ??= new PastMoment(this.#clock);
    if (isUp !== true || this.#downSince === undefined) return undefined;
    const from = this.#downSince.date;
    const to = new Date(this.#clock().wall);
    this.#downSince = undefined;
    return { from, to, seconds: Math.round((to.getTime() - from.getTime()) / 1000) };
  }
}
