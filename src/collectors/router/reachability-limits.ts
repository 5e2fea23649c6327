import type { PerNameSetting } from '../../model/per-name-setting.ts';
import { lossPercent } from './probe/ping-stats.ts';
import type { ReachabilityReading } from './reading.ts';

const defaultMaxLossPercent = 50;

export interface ReachabilityLimits {
  maxLatencyMs: number | undefined;
  maxLossPercent: number;
}

export const reachabilityLimitsOf = (
  name: string,
  settings: { PING_LATENCY_LIMIT: PerNameSetting<number>; PING_LOSS_LIMIT: PerNameSetting<number> },
): ReachabilityLimits => ({
  maxLatencyMs: settings.PING_LATENCY_LIMIT.get(name),
  maxLossPercent: settings.PING_LOSS_LIMIT.get(name) ?? defaultMaxLossPercent,
});

/** Whether the host is unreachable, too slow, or loses too many packets; undefined if its reachability is unknown. */
export function isBeyondLimits(
  { reachable, probe }: ReachabilityReading,
  { maxLatencyMs, maxLossPercent }: ReachabilityLimits,
): boolean | undefined {
  if (reachable !== true) return reachable === undefined ? undefined : true;
  if (probe === undefined) return false;
  return (
    lossPercent(probe.stats) > maxLossPercent || (maxLatencyMs !== undefined && (probe.stats.mean ?? 0) > maxLatencyMs)
  );
}
