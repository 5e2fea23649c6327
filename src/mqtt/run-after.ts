import { setTimeout as pause } from 'node:timers/promises';

/** Runs the callback after this many milliseconds; the returned function cancels it. */
export type RunAfter = (milliseconds: number, run: () => void) => () => void;

export const runAfter: RunAfter = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds).unref();
  return () => clearTimeout(timer);
};

/** Timers that can be cancelled all at once. */
export class TimerGroup {
  readonly #pending = new Set<AbortController>();

  readonly after: RunAfter = (milliseconds, run) => {
    const timer = new AbortController();
    this.#pending.add(timer);
    pause(milliseconds, undefined, { signal: timer.signal }).then(
      () => {
        this.#pending.delete(timer);
        if (!timer.signal.aborted) run();
      },
      () => undefined,
    );
    return () => {
      this.#pending.delete(timer);
      timer.abort();
    };
  };

  cancelAll(): void {
    for (const timer of this.#pending) timer.abort();
    this.#pending.clear();
  }
}
