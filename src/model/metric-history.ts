/** One value for each minute, oldest first, the current minute last; `undefined` for minutes without a value. */
export type MinuteValues = readonly (number | undefined)[];

/** Recent values of metrics. */
export interface MetricHistory {
  /** Undefined for metrics without a history. */
  lastHour(collector: string, path: string, metric: string, now: Date): MinuteValues | undefined;
}
