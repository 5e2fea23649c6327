import type { PerNameSetting } from '../../model/per-name-setting.ts';
import { lossPercent } from './probe/ping-stats.ts';
import type { ReachabilityReading } from './reading.ts';

/** Percent. */
const defaultLossPercent = 50;

export interface ReachabilityLimits {
  /** Milliseconds. */
  latency: number | undefined;
  /** Percent. */
  loss: number;
}

export const reachabilityLimitsOf = (
  name: string,
  settings: { PING_LATENCY_LIMIT: PerNameSetting<number>; PING_LOSS_LIMIT: PerNameSetting<number> },
): ReachabilityLimits => ({
  latency: settings.PING_LATENCY_LIMIT.get(name),
  loss: settings.PING_LOSS_LIMIT.get(name) ?? defaultLossPercent,
});

/** Is something wrong with the way there? Unknown where nothing is known of it. */
export function isBeyondLimits(
  { reachable, probe }: ReachabilityReading,
  { latency, loss }: ReachabilityLimits,
): boolean | undefined {
  if (reachable !== true) return reachable === undefined ? undefined : true;
  if (probe === undefined) return false;
  return lossPercent(probe.stats) > loss || (latency !== undefined && (probe.stats.mean ?? 0) > latency);
}
