interface Timer {
  due: number;
  run: () => void;
}

/** A wall clock and an even one that stand still but for `advance`, with the timers of CronTimer: all is in place of
 * the process's own until `restore`. vi.useFakeTimers does the same, too slowly for years. */
export class SimulatedClock {
  readonly #timers = new Set<Timer>();
  readonly #real = {
    Date: globalThis.Date,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
  };
  /** Milliseconds by the even clock. */
  steady = 0;
  /** What the wall clock is ahead of the even one. */
  #ahead: number;

  constructor(wall: number) {
    this.#ahead = wall;
    const clock = this;
    globalThis.Date = class extends this.#real.Date {
      constructor(...args: [] | [number]) {
        super(...((args.length === 0 ? [clock.wall] : args) as [number]));
      }
      static override now() {
        return clock.wall;
      }
    } as DateConstructor;
    performance.now = () => this.steady;
    globalThis.setTimeout = ((run: () => void, milliseconds: number) => {
      const timer = { due: this.steady + Math.max(1, milliseconds), run };
      this.#timers.add(timer);
      return timer;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Timer) => this.#timers.delete(timer)) as unknown as typeof clearTimeout;
  }

  get wall(): number {
    return this.steady + this.#ahead;
  }

  set wall(wall: number) {
    this.#ahead = wall - this.steady;
  }

  /** Lets time go by, with all that falls due in it, in order. */
  advance(milliseconds: number): void {
    const end = this.steady + milliseconds;
    for (;;) {
      let first: Timer | undefined;
      for (const timer of this.#timers) if (first === undefined || timer.due < first.due) first = timer;
      if (first === undefined || first.due > end) break;
      this.#timers.delete(first);
      this.steady = first.due;
      first.run();
    }
    this.steady = end;
  }

  restore(): void {
    const { now, ...globals } = this.#real;
    Object.assign(globalThis, globals);
    performance.now = now;
  }
}
