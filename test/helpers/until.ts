import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until there is something to see; fails with `what` was missed after `seconds`. */
export async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, seconds = 10): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(20);
  }
}
