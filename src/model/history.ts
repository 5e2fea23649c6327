/** One value a minute, oldest first, the last being now's; `undefined` where there was none. */
export type Line = readonly (number | undefined)[];

/** What became of a metric in the last hour; nothing for those that no line is kept of. */
export interface History {
  line(collector: string, path: string, metric: string, now: Date): Line | undefined;
}
