/** One value a minute, oldest first, the last being now's; `undefined` where there was none. */
export type MinuteValues = readonly (number | undefined)[];

/** What became of a metric in the last hour; nothing for those that no line is kept of. */
export interface MetricHistory {
  lastHour(collector: string, path: string, metric: string, now: Date): MinuteValues | undefined;
}
