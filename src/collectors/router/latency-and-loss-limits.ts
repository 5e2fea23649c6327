import type { PerNameValues } from '../../model/per-name-values.ts';
import { lossPercent } from './probe/ping-stats.ts';
import type { ReachabilityReading } from './reading.ts';

const defaultMaxLossPercent = 50;

export interface LatencyAndLossLimits {
  maxLatencyMs: number | undefined;
  maxLossPercent: number;
}

export const latencyAndLossLimitsOf = (
  name: string,
  settings: { PING_LATENCY_LIMIT: PerNameValues<number>; PING_LOSS_LIMIT: PerNameValues<number> },
): LatencyAndLossLimits => ({
  maxLatencyMs: settings.PING_LATENCY_LIMIT.get(name),
  maxLossPercent: settings.PING_LOSS_LIMIT.get(name) ?? defaultMaxLossPercent,
});

/** Whether the host is unreachable, too slow, or loses too many packets; undefined if its reachability is unknown. */
export function isUnreachableOrBeyondLimits(
  { reachable, probe }: ReachabilityReading,
  { maxLatencyMs, maxLossPercent }: LatencyAndLossLimits,
): boolean | undefined {
  if (reachable !== true) return reachable === undefined ? undefined : true;
  if (probe === undefined) return false;
  return (
    lossPercent(probe.stats) > maxLossPercent || (maxLatencyMs !== undefined && (probe.stats.mean ?? 0) > maxLatencyMs)
  );
}
