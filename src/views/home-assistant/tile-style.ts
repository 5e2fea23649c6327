import type { LabEntity } from './lab-device.ts';

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

export const colorLimitsOf = ({ table, metric }: LabEntity): ColorLimits | undefined => limits[`${table}-${metric}`];

/** Counts that are 0 on a good day, as `table-metric`: their graph would be empty. */
export const metricKeysWithoutGraph: readonly string[] = [
  'site-agents_lost',
  'instance-unavailable_entities',
  'instance-repairs',
];

/** What a tile shows below its number: how much of 100 % it is, or its last day. */
export function tileFeatureOf({ unit, hasNumber, table, metric }: LabEntity) {
  if (!hasNumber || metricKeysWithoutGraph.includes(`${table}-${metric}`)) return undefined;
  return unit === '%' ? { type: 'bar-gauge', min: 0, max: 100 } : { type: 'trend-graph', hours_to_show: 24 };
}
