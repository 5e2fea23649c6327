import type { CollectorState } from '../model/state.ts';

/** Grace period beyond a collector's own time limit, for the random delay of a tick and a busy machine. */
const overdueGraceMs = 5000;

/** Milliseconds since a run was due that should have ended by now; undefined within its time limit. `monotonicMs` is
 * `performance.now()`. */
export function collectorOverdueMs({ due, timeoutSeconds }: CollectorState, monotonicMs: number): number | undefined {
  const sinceDueMs = due === undefined ? 0 : monotonicMs - due;
  return sinceDueMs > timeoutSeconds * 1000 + overdueGraceMs ? sinceDueMs : undefined;
}
