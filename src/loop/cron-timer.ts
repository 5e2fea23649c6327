import { CronExpression } from './cron.ts';

/** Milliseconds between looks at the clock: one that is set ahead, or a machine that slept, has a tick due at once. */
const maxSleepMs = 60_000;
/** Milliseconds that a tick may come late by chance: many agents share a broker. */
const maxDelayMs = 2000;
/** Milliseconds by which the two clocks of a computer may differ without one being set. */
const mostSkew = 1000;

/** Ticks by a cron expression of six fields, each late by chance, by at most a tenth of the interval. A tick is due when its time
 * has come, or the time until then has passed: a clock that is set back keeps none waiting. */
export class CronTimer {
  readonly #task: CronExpression;
  readonly #onTick: () => void;
  readonly #delayMs: number;
  #next: Date | undefined;
  #due = Number.POSITIVE_INFINITY;
  #sleepTimer: NodeJS.Timeout | undefined;
  #delayTimer: NodeJS.Timeout | undefined;

  constructor(schedule: string, onTick: () => void) {
    this.#task = new CronExpression(schedule);
    this.#onTick = onTick;
    const first = this.#task.next(new Date());
    const second = first && this.#task.next(first);
    this.#delayMs = first && second ? Math.min(maxDelayMs, (second.getTime() - first.getTime()) / 10) : 0;
    this.#scheduleNext(new Date());
  }

  get next(): Date | undefined {
    return this.#next;
  }

  /** The same by `performance.now()`, which nobody sets. */
  get due(): number {
    return this.#due;
  }

  stop(): void {
    clearTimeout(this.#sleepTimer);
    clearTimeout(this.#delayTimer);
  }

  #scheduleNext(after: Date): void {
    this.#next = this.#task.next(after);
    this.#due =
      this.#next === undefined ? Number.POSITIVE_INFINITY : performance.now() + this.#next.getTime() - Date.now();
    this.#rest();
  }

  #rest(): void {
    this.#sleepTimer = setTimeout(() => this.#checkClock(), Math.min(this.#due - performance.now(), maxSleepMs));
  }

  #checkClock(): void {
    const now = Date.now();
    const next = this.#next?.getTime() ?? Number.POSITIVE_INFINITY;
    if (now < next && performance.now() < this.#due) {
      this.#rest();
    } else {
      this.#scheduleNext(new Date(next - now < mostSkew ? Math.max(now, next) : now));
      this.#delayTimer = setTimeout(this.#onTick, Math.random() * this.#delayMs);
    }
  }
}
