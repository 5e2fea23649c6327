import { Cron } from './cron.ts';

/** Milliseconds between looks at the clock: one that was set back would else be waited for. */
const longestSleep = 60_000;
/** Milliseconds that a tick may come late by chance: many agents share a broker. */
const mostLate = 2000;

/** Ticks by a cron expression of six fields, each late by chance, by at most a tenth of the interval. */
export class Ticks {
  readonly #times: Cron;
  readonly #tick: () => void;
  readonly #looked: () => void;
  readonly #late: number;
  #next: Date | undefined;
  #due: number | undefined;
  #sleep: NodeJS.Timeout | undefined;
  #lateness: NodeJS.Timeout | undefined;

  /** `looked`: it was not time yet, and `next` and `due` are as the clock is now. */
  constructor(schedule: string, tick: () => void, looked: () => void) {
    this.#times = new Cron(schedule);
    this.#tick = tick;
    this.#looked = looked;
    const first = this.#times.next(new Date());
    const second = first && this.#times.next(first);
    this.#late = first && second ? Math.min(mostLate, (second.getTime() - first.getTime()) / 10) : 0;
    this.#plan();
  }

  get next(): Date | undefined {
    return this.#next;
  }

  /** The same by `performance.now()`, which nobody sets. */
  get due(): number | undefined {
    return this.#due;
  }

  stop(): void {
    clearTimeout(this.#sleep);
    clearTimeout(this.#lateness);
  }

  #plan(): void {
    this.#next = this.#times.next(new Date());
    const wait = this.#next === undefined ? undefined : this.#next.getTime() - Date.now();
    this.#due = wait === undefined ? undefined : performance.now() + wait;
    this.#sleep = setTimeout(() => this.#wake(), Math.min(wait ?? longestSleep, longestSleep));
  }

  #wake(): void {
    const due = this.#next !== undefined && Date.now() >= this.#next.getTime();
    // Planned anew at every look, because the clock may have been set.
    this.#plan();
    if (due) this.#lateness = setTimeout(this.#tick, Math.random() * this.#late);
    else this.#looked();
  }
}
