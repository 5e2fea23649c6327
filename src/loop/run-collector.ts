import type { AnyCollector, Observation, Source } from '../model/collector.ts';
import { describe } from '../model/fault.ts';

type Observations = Observation<Record<string, unknown>>[];

export type Outcome = { at: Date; seconds: number } & ({ ok: true; observations: Observations } | { ok: false; error: string });

export const limitOf = (collector: AnyCollector): number => collector.limit ?? 10;

/** Reads once, with an end to the wait. `done` settles when the reading really is over, which for one that ignores its
 * signal is later than the outcome. */
export function runCollector(collector: AnyCollector, source: Source<Record<string, unknown>>): { outcome: Promise<Outcome>; done: Promise<void> } {
  const began = performance.now();
  const limit = limitOf(collector);
  const signal = AbortSignal.timeout(limit * 1000);
  const reading = (async () => source.read(signal))();
  const end = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`timed out after ${limit} s`)), { once: true });
  });
  const done = reading.then(
    () => undefined,
    () => undefined,
  );
  const outcome = Promise.race([reading, end]).then(
    (observations): Outcome => ({ ok: true, observations, at: new Date(), seconds: (performance.now() - began) / 1000 }),
    (error): Outcome => ({ ok: false, error: describe(error), at: new Date(), seconds: (performance.now() - began) / 1000 }),
  );
  return { outcome, done };
}
