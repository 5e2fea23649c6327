import { slug } from '../model/naming.ts';
import type { AgentState } from '../model/state.ts';

/** The longest that a problem waits for the reading that explains it: pools are read once a minute by default. What is
 * seen to be gone that much later may have gone at the same time. */
export const maxExplanationWaitMs = 90_000;

/** Whether a device that is gone since then may be explained in a moment, or be back: what is built of it has not been
 * read since, or has it again and was read last. What becomes of a pool says more than that its drive is gone, and
 * whoever hears of it hears of it once. */
export function createPendingExplanationCheck({
  collectors,
}: AgentState): (path: string, device: string, since: Date) => boolean {
  const readAt = new Map<string, number>();
  const seenAt = new Map<string, number>();
  for (const { lastSuccess, entries } of collectors.values())
    for (const { device } of entries.values())
      for (const id of device.liesOn ?? []) {
        readAt.set(slug(id), lastSuccess?.getTime() ?? 0);
        if (device.goneBelow?.includes(id) !== true) seenAt.set(slug(id), lastSuccess?.getTime() ?? 0);
      }
  const now = Math.max(...[...collectors.values()].map(({ lastRun }) => lastRun?.getTime() ?? 0));
  return (path, device, since) => {
    const at = since.getTime();
    const readLast = collectors.get(path.split('/')[0] ?? '')?.lastSuccess?.getTime() ?? Number.POSITIVE_INFINITY;
    if ((seenAt.get(device) ?? 0) > readLast) return true;
    // A clock that was set back has not waited.
    return at > (readAt.get(device) ?? Number.POSITIVE_INFINITY) && Math.abs(now - at) < maxExplanationWaitMs;
  };
}
