/** From where on a value is worrying, and bad; with `isLowBad`, below which. */
export interface ColorLimits {
  amber: number;
  red: number;
  isLowBad?: true;
}

const usage: ColorLimits = { amber: 80, red: 90 };
const shortage: ColorLimits = { amber: 20, red: 10, isLowBad: true };

/** By table and metric, for people's eyes only: what is wrong is what the agents say. */
const limits: Record<string, ColorLimits> = {
  'host-cpu_used': { amber: 80, red: 95 },
  'host-memory_used': usage,
  'host-swap_used': { amber: 50, red: 90 },
  'host-cpu_temperature': { amber: 75, red: 90 },
  'filesystem-used': usage,
  'filesystem-time_to_full': { amber: 30, red: 7, isLowBad: true },
  'pool-used': usage,
  'pool-metadata_used': usage,
  'disk-busy': usage,
  'drive-temperature': { amber: 60, red: 70 },
  'drive-percentage_used': usage,
  'drive-life_left': shortage,
  'drive-available_spare': shortage,
  'router-latency': { amber: 100, red: 300 },
  'router-packet_loss': { amber: 5, red: 20 },
  'target-latency': { amber: 100, red: 300 },
  'target-packet_loss': { amber: 5, red: 20 },
};

/** Metrics with limits, as `table-metric`. */
export const metricKeysWithColorLimits: readonly string[] = Object.keys(limits);

export const colorLimitsOf = (table: string, metric: string): ColorLimits | undefined => limits[`${table}-${metric}`];

/** Whether a value is worrying or bad; undefined for a good one, and for a metric without limits. */
export function colorOf(table: string, metric: string, value: number): 'amber' | 'red' | undefined {
  const limits = colorLimitsOf(table, metric);
  if (limits === undefined) return undefined;
  const isBeyond = (limit: number) => (limits.isLowBad === true ? value < limit : value >= limit);
  return isBeyond(limits.red) ? 'red' : isBeyond(limits.amber) ? 'amber' : undefined;
}
