import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import timers from 'node:timers/promises';
import { onTestFinished, vi } from 'vitest';
import { until } from './until.ts';

interface Waiting {
  due: number;
  over(): void;
}

/** Stops the time of the program until the test turns it on: its pauses (`node:timers/promises`, and with them the
 * limits of commands), `performance.now`, the machine's uptime and the date. `setTimeout`, which libraries wait by,
 * goes on. Runs again after the test. */
export function stopClock(date = '2026-03-04T05:06:07Z') {
  const began = Date.parse(date);
  const waiting = new Set<Waiting>();
  const { setTimeout: realPause } = timers;
  const realNow = performance.now;
  const { uptime } = os;
  const booted = uptime();
  let now = 0;
  vi.useFakeTimers({ toFake: ['Date'], now: began });
  performance.now = () => now;
  os.uptime = () => booted + now / 1000;
  timers.setTimeout = ((milliseconds = 0, value: unknown = undefined, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const stop = () => {
        waiting.delete(one);
        reject(signal?.reason);
      };
      const one = {
        due: now + milliseconds,
        over() {
          signal?.removeEventListener('abort', stop);
          resolve(value);
        },
      };
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      waiting.add(one);
    })) as typeof timers.setTimeout;
  syncBuiltinESMExports();
  onTestFinished(() => {
    timers.setTimeout = realPause;
    performance.now = realNow;
    os.uptime = uptime;
    syncBuiltinESMExports();
    vi.useRealTimers();
  });

  /** Lets so many seconds go by at once. */
  const turn = (seconds: number) => {
    now += seconds * 1000;
    vi.setSystemTime(began + now);
    for (const one of [...waiting].filter(({ due }) => due <= now)) {
      waiting.delete(one);
      one.over();
    }
  };
  /** Settles when something waits for so many seconds or more from now on, if nothing is turned meanwhile. */
  const waits = (least: number, most = least) =>
    until(`a pause of ${least} to ${most} s`, () =>
      [...waiting].some(({ due }) => due - now >= least * 1000 && due - now <= most * 1000),
    );
  /** Turns on second by second until there is something to see. */
  const turnUntil = <T>(what: string, look: () => T | undefined | false) =>
    until(what, () => {
      const seen = look();
      if (seen === undefined || seen === false) turn(1);
      return seen;
    });
  /** How many pauses end in less than so many seconds. */
  const pauses = (seconds = Number.POSITIVE_INFINITY) =>
    [...waiting].filter(({ due }) => due - now < seconds * 1000).length;
  return { turn, waits, turnUntil, pauses };
}

/** From a second on, what waits is a limit, not a pause. */
const shortest = 1000;
const never = 2 ** 31 - 1;

/** Takes away the program's limits of time for this test: what it looks at must not depend on how fast the machine is.
 * `runOut` has those that `setTimeout` keeps run out now, or only those of at most so many seconds. */
export function withoutLimits() {
  const limits = new Map<NodeJS.Timeout, { run: () => void; milliseconds: number }>();
  const { clearTimeout: clear } = globalThis;
  const { setTimeout: pause } = timers;
  const { setTimeout: wait } = globalThis;
  const { timeout } = AbortSignal;
  globalThis.setTimeout = Object.assign((run: () => void, milliseconds = 0, ...more: []) => {
    if (milliseconds < shortest) return wait(run, milliseconds, ...more);
    const limit = wait(run, never, ...more).unref();
    limits.set(limit, { run, milliseconds });
    return limit;
  }, wait);
  globalThis.clearTimeout = (timer) => {
    limits.delete(timer as NodeJS.Timeout);
    clear(timer);
  };
  timers.setTimeout = ((milliseconds = 0, ...more: []) =>
    milliseconds < shortest ? pause(milliseconds, ...more) : new Promise(() => undefined)) as typeof pause;
  AbortSignal.timeout = () => new AbortController().signal;
  syncBuiltinESMExports();
  onTestFinished(() => {
    globalThis.setTimeout = wait;
    globalThis.clearTimeout = clear;
    timers.setTimeout = pause;
    AbortSignal.timeout = timeout;
    syncBuiltinESMExports();
  });
  const runOut = (most = Number.POSITIVE_INFINITY) => {
    for (const [limit, { run }] of [...limits].filter(([, { milliseconds }]) => milliseconds <= most * 1000)) {
      globalThis.clearTimeout(limit);
      run();
    }
  };
  return { runOut };
}
