import { historyRanges, type IntervalValues, type MetricHistoryInRange } from '../model/metric-history.ts';

const { intervals: minutesKept } = historyRanges.hour;
const { intervals: quartersKept, intervalMinutes: minutesOfQuarter } = historyRanges.day;

const minuteOf = (at: Date) => Math.floor(at.getTime() / 60_000);
const quarterOf = (minute: number) => Math.floor(minute / minutesOfQuarter);
const known = (value: number) => (Number.isNaN(value) ? undefined : value);

/** The current quarter of an hour. */
interface OpenQuarter {
  sum: number;
  count: number;
  least: number;
  most: number;
}

const emptyQuarter = (): OpenQuarter => ({ sum: 0, count: 0, least: Number.NaN, most: Number.NaN });

/** A metric's last hour by minutes, and its last day by quarters of an hour with mean, least and most: 1.4 kB. An
 * interval without a reading has the value before; after an hour without one there is a gap. */
export class MetricSeries {
  readonly #minutes = new Float32Array(minutesKept).fill(Number.NaN);
  /** Means, then the least, then the most, of complete quarters. */
  readonly #quarters = new Float32Array(3 * quartersKept).fill(Number.NaN);
  #open = emptyQuarter();
  #newest: number | undefined;

  /** NaN: the value is not known. */
  record(at: Date, value: number): void {
    const minute = minuteOf(at);
    const newest = this.#newest ?? minute;
    // Setting the clock back clears the history.
    if (minute < newest) this.#clear();
    else if (this.#newest !== undefined) this.#advance(newest, minute);
    this.#minutes[minute % minutesKept] = value;
    this.#newest = minute;
    if (!Number.isNaN(value)) this.#add(value);
  }

  hourUntil(now: Date): MetricHistoryInRange {
    const minute = minuteOf(now);
    const newest = this.#newest ?? minute;
    const values = Array.from({ length: minutesKept }, (_, index) => {
      const at = minute - minutesKept + 1 + index;
      return at <= newest - minutesKept ? undefined : known(this.#minuteValue(Math.min(at, newest)));
    });
    return { range: 'hour', values };
  }

  dayUntil(now: Date): MetricHistoryInRange {
    const minute = minuteOf(now);
    const quarter = quarterOf(minute);
    const newestMinute = this.#newest ?? minute;
    const newest = quarterOf(newestMinute);
    const { sum, count, least, most } = this.#open;
    const carried = minute - newestMinute < minutesKept ? known(this.#minuteValue(newestMinute)) : undefined;
    const valuesOf = (kind: 0 | 1 | 2, current: number): IntervalValues =>
      Array.from({ length: quartersKept }, (_, index) => {
        const at = quarter - quartersKept + 1 + index;
        if (at === newest) return known(current);
        if (at > newest) return carried;
        return at <= newest - quartersKept
          ? undefined
          : known(this.#quarters[kind * quartersKept + (at % quartersKept)] as number);
      });
    return { range: 'day', values: valuesOf(0, sum / count), least: valuesOf(1, least), most: valuesOf(2, most) };
  }

  #minuteValue = (minute: number) => this.#minutes[minute % minutesKept] as number;

  #clear(): void {
    this.#minutes.fill(Number.NaN);
    this.#quarters.fill(Number.NaN);
    this.#open = emptyQuarter();
  }

  #add(value: number): void {
    const open = this.#open;
    open.least = open.count === 0 ? value : Math.min(open.least, value);
    open.most = open.count === 0 ? value : Math.max(open.most, value);
    open.sum += value;
    open.count += 1;
  }

  /** Fills the minutes and quarters between two readings. */
  #advance(newest: number, minute: number): void {
    const isGap = minute - newest >= minutesKept;
    const before = isGap ? Number.NaN : this.#minuteValue(newest);
    if (isGap) this.#minutes.fill(Number.NaN);
    else for (let skipped = newest + 1; skipped < minute; skipped += 1) this.#minutes[skipped % minutesKept] = before;
    const first = quarterOf(newest);
    const last = quarterOf(minute);
    if (first === last) return;
    this.#close(first);
    for (let skipped = Math.max(first + 1, last - quartersKept); skipped < last; skipped += 1) {
      if (!Number.isNaN(before)) this.#add(before);
      this.#close(skipped);
    }
  }

  #close(quarter: number): void {
    const { sum, count, least, most } = this.#open;
    for (const [kind, value] of [sum / count, least, most].entries())
      this.#quarters[kind * quartersKept + (quarter % quartersKept)] = value;
    this.#open = emptyQuarter();
  }
}
