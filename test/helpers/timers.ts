import type { RunAfter } from '../../src/mqtt/run-after.ts';

export interface ManualTimers {
  after: RunAfter;
  pass(milliseconds: number): void;
  /** How many are due in exactly so many milliseconds. */
  due(milliseconds: number): number;
  /** How many are due in so many milliseconds, or up to so many. */
  dueWithin(from: number, to: number): number;
}

/** Timers whose time passes only when the test says so. */
export function manualTimers(): ManualTimers {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const after: RunAfter = (milliseconds, run) => {
    const timer = { at: now + milliseconds, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const pass = (milliseconds: number) => {
    const end = now + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers.delete(next);
      now = next.at;
      next.run();
    }
    now = end;
  };
  const dueWithin = (from: number, to: number) =>
    [...timers].filter(({ at }) => at >= now + from && at <= now + to).length;
  const due = (milliseconds: number) => dueWithin(milliseconds, milliseconds);
  return { after, pass, due, dueWithin };
}
