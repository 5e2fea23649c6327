/** An outage, from the first reading that saw it to the first one after its end. */
export interface Outage {
  from: Date;
  to: Date;
  seconds: number;
}

/** Tracks the outages of one host or connection. */
export class OutageTracker {
  #downSince: Date | undefined;

  /** The outage that ended with this reading, if any. An unknown state neither begins nor ends an outage. */
  update(isUp: boolean | undefined, at: Date): Outage | undefined {
    if (isUp === false) this.#downSince ??= at;
    if (isUp !== true || this.#downSince === undefined) return undefined;
    const from = this.#downSince;
    this.#downSince = undefined;
    return { from, to: at, seconds: Math.round((at.getTime() - from.getTime()) / 1000) };
  }
}
