import { CronExpression } from './cron.ts';

/** Milliseconds between checks of the clock, so that a tick is soon due after the clock is set ahead or the machine has
 * slept. */
const maxSleepMs = 60_000;
/** Upper limit of the random delay of a tick in milliseconds: many agents share a broker. */
const maxDelayMs = 2000;
/** Milliseconds by which the wall clock and the monotonic clock may differ without one having been set. */
const maxClockSkewMs = 1000;

/** Ticks by a cron expression of six fields, each with a random delay of at most a tenth of the interval. A tick is due
 * when the wall clock has reached its time, or the time until then has passed on the monotonic clock: a clock that is
 * set back delays no tick. */
export class CronTimer {
  readonly #expression: CronExpression;
  readonly #onTick: () => void;
  readonly #maxDelayMs: number;
  /** Of the next tick. */
  #delayMs = 0;
  #next: Date | undefined;
  #due = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(schedule: string, onTick: () => void) {
    this.#expression = new CronExpression(schedule);
    this.#onTick = onTick;
    const first = this.#expression.next(new Date());
    const second = first && this.#expression.next(first);
    this.#maxDelayMs = first && second ? Math.min(maxDelayMs, (second.getTime() - first.getTime()) / 10) : 0;
    this.#scheduleNext(new Date());
  }

  get next(): Date | undefined {
    return this.#next;
  }

  /** The next tick in terms of `performance.now()`, the monotonic clock. */
  get due(): number {
    return this.#due;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #scheduleNext(after: Date): void {
    this.#next = this.#expression.next(after);
    this.#due =
      this.#next === undefined ? Number.POSITIVE_INFINITY : performance.now() + this.#next.getTime() - Date.now();
    this.#delayMs = Math.random() * this.#maxDelayMs;
    this.#sleep();
  }

  #sleep(): void {
    // The time may have come meanwhile, and a timer takes no negative one.
    const sleepMs = Math.max(0, Math.min(this.#due + this.#delayMs - performance.now(), maxSleepMs));
    this.#timer = setTimeout(() => this.#checkClock(), sleepMs);
  }

  #checkClock(): void {
    const now = Date.now();
    const next = this.#next?.getTime() ?? Number.POSITIVE_INFINITY;
    if (now < next + this.#delayMs && performance.now() < this.#due + this.#delayMs) {
      this.#sleep();
    } else {
      this.#scheduleNext(new Date(next - now < maxClockSkewMs ? Math.max(now, next) : now));
      this.#onTick();
    }
  }
}
