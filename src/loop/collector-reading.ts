import type { AnyCollectorDefinition, ObservationOrComplaint, OpenedCollector } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';

type Observations = ObservationOrComplaint<Record<string, unknown>>[];

export type CollectorOutcome = { at: Date; seconds: number } & (
  | { ok: true; observations: Observations }
  | { ok: false; error: string }
);

export const collectorTimeoutSeconds = (collector: AnyCollectorDefinition): number => collector.timeoutSeconds ?? 10;

/** Reads once, with a timeout. `done` resolves when the reading has really ended, which is later than the outcome if the reading
 * ignores its abort signal. */
export function startCollectorReading(
  collector: AnyCollectorDefinition,
  source: OpenedCollector<Record<string, unknown>>,
): { outcome: Promise<CollectorOutcome>; done: Promise<void> } {
  const began = performance.now();
  const timeoutSeconds = collectorTimeoutSeconds(collector);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const reading = (async () => source.read(signal))();
  const timedOut = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`timed out after ${timeoutSeconds} s`)), { once: true });
  });
  const done = reading.then(
    () => undefined,
    () => undefined,
  );
  const outcome = Promise.race([reading, timedOut]).then(
    (observations): CollectorOutcome => ({
      ok: true,
      observations,
      at: new Date(),
      seconds: (performance.now() - began) / 1000,
    }),
    (error): CollectorOutcome => ({
      ok: false,
      error: describeError(error),
      at: new Date(),
      seconds: (performance.now() - began) / 1000,
    }),
  );
  return { outcome, done };
}
