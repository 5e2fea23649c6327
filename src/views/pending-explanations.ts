import { slug } from '../model/naming.ts';
import type { AgentState } from '../model/state.ts';

/** The longest that a problem waits for the reading that explains it: pools are read once a minute by default. */
const maxWaitMs = 90_000;

/** Whether a device that is gone since then may be explained in a moment: what is built of it has not been read since.
 * What becomes of a pool says more than that its drive is gone, and whoever hears of it hears of it once. */
export function findPendingExplanations({ collectors }: AgentState): (device: string, since: Date) => boolean {
  const readAt = new Map<string, number>();
  for (const { lastSuccess, entries } of collectors.values())
    for (const { device } of entries.values())
      for (const id of device.liesOn ?? []) readAt.set(slug(id), lastSuccess?.getTime() ?? 0);
  const now = Math.max(...[...collectors.values()].map(({ lastRun }) => lastRun?.getTime() ?? 0));
  return (device, since) => {
    const at = since.getTime();
    // A clock that was set back has not waited.
    return at > (readAt.get(device) ?? Number.POSITIVE_INFINITY) && Math.abs(now - at) < maxWaitMs;
  };
}
