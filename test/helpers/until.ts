import { patience } from './patience.ts';

/** Looks again and again until there is something to see; fails with `what` was missed after `seconds`, more on a busy
 * machine. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  seconds = 30,
): Promise<T> {
  const limit = seconds * patience;
  const end = process.hrtime.bigint() + BigInt(Math.round(limit * 1e9));
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (process.hrtime.bigint() > end) throw new Error(`not within ${limit} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
