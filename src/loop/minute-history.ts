import type { CollectorMetadata } from '../model/collector.ts';
import { type AnyMetricDeclaration, isPrimaryNumericMetric, type MetricValue } from '../model/metric.ts';
import type { MetricHistory, MinuteValues } from '../model/metric-history.ts';
import type { CollectorState } from '../model/state.ts';

const minutesKept = 60;
/** Each series takes a quarter of a kilobyte. */
const maxSeries = 1000;

const minuteOf = (at: Date) => Math.floor(at.getTime() / 60_000);

/** Ring buffer of one value for each minute. A minute without a value has the one before. */
class MinuteRing {
  readonly #values = new Float32Array(minutesKept).fill(Number.NaN);
  #newest: number | undefined;

  set(minute: number, value: number): void {
    // Setting the clock back clears the history.
    if (this.#newest === undefined || minute < this.#newest || minute - this.#newest >= minutesKept)
      this.#values.fill(Number.NaN);
    else
      for (let skipped = this.#newest + 1; skipped < minute; skipped += 1)
        this.#values[skipped % minutesKept] = this.#values[this.#newest % minutesKept] as number;
    this.#values[minute % minutesKept] = value;
    this.#newest = minute;
  }

  valuesUntil(minute: number): MinuteValues {
    const newest = this.#newest ?? minute;
    return Array.from({ length: minutesKept }, (_, index) => {
      const at = minute - minutesKept + 1 + index;
      const value =
        at <= newest - minutesKept ? Number.NaN : (this.#values[Math.min(at, newest) % minutesKept] as number);
      return Number.isNaN(value) ? undefined : value;
    });
  }
}

const hasHistory = (metric: AnyMetricDeclaration) => metric.kind === 'gauge' && isPrimaryNumericMetric(metric);

/** The last hour of each primary gauge, in memory only. */
export class MinuteHistory implements MetricHistory {
  readonly #rings = new Map<string, Map<string, MinuteRing>>();
  #count = 0;

  /** Records the values of a collector after a reading. */
  record({ id, tables }: CollectorMetadata, { entries, error }: CollectorState, at: Date): void {
    const rings = this.#rings.get(id) ?? new Map<string, MinuteRing>();
    this.#rings.set(id, rings);
    for (const [path, entry] of entries) {
      const readable = error === undefined && entry.error === undefined && !entry.excluded;
      for (const [key, metric] of Object.entries(tables[entry.table]?.metrics ?? {})) {
        if (hasHistory(metric)) this.#store(rings, `${path} ${key}`, readable ? entry.sample?.[key] : undefined, at);
      }
    }
  }

  lastHour(collector: string, path: string, metric: string, now: Date): MinuteValues | undefined {
    return this.#rings.get(collector)?.get(`${path} ${metric}`)?.valuesUntil(minuteOf(now));
  }

  #store(rings: Map<string, MinuteRing>, name: string, value: MetricValue | undefined, at: Date): void {
    let ring = rings.get(name);
    if (ring === undefined) {
      if (typeof value !== 'number' || this.#count >= maxSeries) return;
      ring = new MinuteRing();
      rings.set(name, ring);
      this.#count += 1;
    }
    ring.set(minuteOf(at), typeof value === 'number' ? value : Number.NaN);
  }
}
