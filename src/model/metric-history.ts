/** What a line shows: each minute of the last hour, or each quarter of an hour of the last day. */
export type HistoryRange = 'hour' | 'day';

/** Minutes of an interval, and how many intervals a range has. */
export const historyRanges = {
  hour: { intervalMinutes: 1, intervals: 60 },
  day: { intervalMinutes: 15, intervals: 96 },
} as const satisfies Record<HistoryRange, { intervalMinutes: number; intervals: number }>;

/** One value for each interval, the oldest first, the current one last; `undefined` where nothing is known. */
export type IntervalValues = readonly (number | undefined)[];

/** The values of a metric in a range. */
export interface MetricHistoryInRange {
  range: HistoryRange;
  /** The mean of each interval; of an hour, the last value of each minute. */
  values: IntervalValues;
  /** The smallest and the largest value of each interval; absent for an hour. */
  least?: IntervalValues;
  most?: IntervalValues;
}

/** Recent values of metrics. */
export interface MetricHistory {
  /** Undefined for metrics without a history. A boolean is 0 or 1. */
  lineOf(
    range: HistoryRange,
    collector: string,
    path: string,
    metric: string,
    now: Date,
  ): MetricHistoryInRange | undefined;
}
