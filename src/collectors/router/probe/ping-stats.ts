/** What came back of some packets that were sent one after the other. Milliseconds; absent where nothing came back. */
export interface PingStats {
  sent: number;
  received: number;
  min?: number | undefined;
  mean?: number | undefined;
  max?: number | undefined;
  /** Standard deviation of the round trips. */
  jitter?: number | undefined;
}

/** Reachability can't be told from here: no command, no right, no such name. Never to be taken for “down”. */
export class ProbeUnavailableError extends Error {}

export const lossPercent = ({ sent, received }: PingStats): number => (100 * (sent - received)) / sent;

function deviation(times: readonly number[], mean: number): number {
  return Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
}

/** Of `sent` packets those came back that took so many milliseconds. */
export function pingStatsOf(sent: number, times: readonly number[]): PingStats {
  if (times.length === 0) return { sent, received: 0 };
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return {
    sent,
    received: times.length,
    min: Math.min(...times),
    mean,
    max: Math.max(...times),
    jitter: deviation(times, mean),
  };
}
