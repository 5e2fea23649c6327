import { slug } from '../model/naming.ts';
import type { AgentState } from '../model/state.ts';
import { collectorOverdueMs } from './overdue.ts';

/** The longest that a problem waits for the reading that explains it; readings are once a minute by default. */
const maxWaitMs = 90_000;

/** Whether a device that is gone since then may be explained in a moment: what is built of it has not been read since, and is about to
 * be. What becomes of a pool says more than that its drive is gone, and whoever hears of it hears of it once. */
export function findPendingExplanations(
  { collectors }: AgentState,
  monotonicMs: number,
): (device: string, since: Date) => boolean {
  const readAt = new Map<string, number>();
  for (const collector of collectors.values()) {
    const { error, lastRun, due, entries } = collector;
    const isDue = due !== undefined && due - monotonicMs <= maxWaitMs;
    const isOverdue = collectorOverdueMs(collector, monotonicMs) !== undefined;
    if (lastRun === undefined || error !== undefined || !isDue || isOverdue) continue;
    for (const { device } of entries.values())
      for (const id of device.liesOn ?? []) readAt.set(slug(id), lastRun.getTime());
  }
  return (device, since) => {
    const sinceReadMs = since.getTime() - (readAt.get(device) ?? Number.POSITIVE_INFINITY);
    // More than that is a clock that was set back.
    return sinceReadMs > 0 && sinceReadMs <= maxWaitMs;
  };
}
