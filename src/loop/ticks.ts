import { Cron } from './cron.ts';

/** Milliseconds between looks at the clock: one that is set ahead, or a machine that slept, has a tick due at once. */
const longestSleep = 60_000;
/** Milliseconds that a tick may come late by chance: many agents share a broker. */
const mostLate = 2000;
/** Milliseconds by which the two clocks of a computer may differ without one being set. */
const mostSkew = 1000;

/** Ticks by a cron expression of six fields, each late by chance, by at most a tenth of the interval. A tick is due when its time
 * has come, or the time until then has passed: a clock that is set back keeps none waiting. */
export class Ticks {
  readonly #times: Cron;
  readonly #tick: () => void;
  readonly #late: number;
  #next: Date | undefined;
  #due = Number.POSITIVE_INFINITY;
  #sleep: NodeJS.Timeout | undefined;
  #lateness: NodeJS.Timeout | undefined;

  constructor(schedule: string, tick: () => void) {
    this.#times = new Cron(schedule);
    this.#tick = tick;
    const first = this.#times.next(new Date());
    const second = first && this.#times.next(first);
    this.#late = first && second ? Math.min(mostLate, (second.getTime() - first.getTime()) / 10) : 0;
    this.#plan(new Date());
  }

  get next(): Date | undefined {
    return this.#next;
  }

  /** The same by `performance.now()`, which nobody sets. */
  get due(): number {
    return this.#due;
  }

  stop(): void {
    clearTimeout(this.#sleep);
    clearTimeout(this.#lateness);
  }

  #plan(after: Date): void {
    this.#next = this.#times.next(after);
    this.#due = this.#next === undefined ? Number.POSITIVE_INFINITY : performance.now() + this.#next.getTime() - Date.now();
    this.#rest();
  }

  #rest(): void {
    this.#sleep = setTimeout(() => this.#wake(), Math.min(this.#due - performance.now(), longestSleep));
  }

  #wake(): void {
    const now = Date.now();
    const next = this.#next?.getTime() ?? Number.POSITIVE_INFINITY;
    if (now < next && performance.now() < this.#due) {
      this.#rest();
    } else {
      this.#plan(new Date(next - now < mostSkew ? Math.max(now, next) : now));
      this.#lateness = setTimeout(this.#tick, Math.random() * this.#late);
    }
  }
}
