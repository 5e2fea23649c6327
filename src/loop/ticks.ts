import cron, { type ScheduledTask } from 'node-cron';

/** Milliseconds between looks at the clock: one that was set back would else be waited for. */
const longestSleep = 60_000;
/** Milliseconds that a tick may come late by chance: many agents share a broker. */
const mostLate = 2000;

/** Ticks by a cron expression of six fields, each late by chance, by at most a tenth of the interval. */
export class Ticks {
  readonly #times: ScheduledTask;
  readonly #tick: () => void;
  readonly #late: number;
  #next: Date | undefined;
  #sleep: NodeJS.Timeout | undefined;
  #lateness: NodeJS.Timeout | undefined;

  constructor(schedule: string, tick: () => void) {
    this.#times = cron.createTask(schedule, () => undefined);
    this.#tick = tick;
    const [first, second] = this.#times.getNextRuns(2);
    this.#late = first && second ? Math.min(mostLate, (second.getTime() - first.getTime()) / 10) : 0;
    this.#plan();
  }

  get next(): Date | undefined {
    return this.#next;
  }

  stop(): void {
    clearTimeout(this.#sleep);
    clearTimeout(this.#lateness);
    void this.#times.destroy();
  }

  #plan(): void {
    [this.#next] = this.#times.getNextRuns(1);
    const wait = this.#next === undefined ? longestSleep : this.#next.getTime() - Date.now();
    this.#sleep = setTimeout(() => this.#wake(), Math.min(wait, longestSleep));
  }

  #wake(): void {
    const due = this.#next !== undefined && Date.now() >= this.#next.getTime();
    // Planned anew at every look, because the clock may have been set.
    this.#plan();
    if (due) this.#lateness = setTimeout(this.#tick, Math.random() * this.#late);
  }
}
