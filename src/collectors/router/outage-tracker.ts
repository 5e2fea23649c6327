/** A time in which something was down, from the first reading that saw it to the first that saw it up again. */
export interface Outage {
  from: Date;
  to: Date;
  seconds: number;
}

/** Watches one thing go down and come back. */
export class OutageTracker {
  #from: Date | undefined;

  /** The outage that is over by now, if one is. What is unknown changes nothing. */
  update(isUp: boolean | undefined, at: Date): Outage | undefined {
    if (isUp === false) this.#from ??= at;
    if (isUp !== true || this.#from === undefined) return undefined;
    const from = this.#from;
    this.#from = undefined;
    return { from, to: at, seconds: Math.round((at.getTime() - from.getTime()) / 1000) };
  }
}
