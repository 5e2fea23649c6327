/** The replies to a series of packets. Times are in milliseconds, and absent if there was no reply. */
export interface PingStats {
  sent: number;
  received: number;
  min?: number | undefined;
  mean?: number | undefined;
  max?: number | undefined;
  /** Standard standardDeviation of the round-trip times. */
  jitter?: number | undefined;
}

/** This machine cannot measure reachability: the command or the permission is missing, or the name cannot be resolved. It must
 * never be taken for “down”. */
export class ProbeUnavailableError extends Error {}

export const lossPercent = ({ sent, received }: PingStats): number => (100 * (sent - received)) / sent;

function standardDeviation(times: readonly number[], mean: number): number {
  return Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
}

/** `times`: round-trip times, in milliseconds, of those of the `sent` packets that had a reply. */
export function pingStatsOf(sent: number, times: readonly number[]): PingStats {
  if (times.length === 0) return { sent, received: 0 };
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return {
    sent,
    received: times.length,
    min: Math.min(...times),
    mean,
    max: Math.max(...times),
    jitter: standardDeviation(times, mean),
  };
}
