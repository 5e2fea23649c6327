import type { CollectorMetadata } from '../model/collector.ts';
import {
  type AnyMetricDeclaration,
  isPrimaryConnectivityMetric,
  isPrimaryNumericMetric,
  type MetricValue,
} from '../model/metric.ts';
import type { HistoryRange, MetricHistory, MetricHistoryInRange } from '../model/metric-history.ts';
import type { CollectorState } from '../model/state.ts';
import { MetricSeries } from './metric-series.ts';

const maxSeries = 1000;

const hasHistory = (metric: AnyMetricDeclaration) =>
  (metric.kind === 'gauge' && isPrimaryNumericMetric(metric)) || isPrimaryConnectivityMetric(metric);

const numberOf = (value: MetricValue | undefined) =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : Number.NaN;

/** The last hour and day of what the page draws: each primary gauge, and whether things can be reached. In memory
 * only. */
export class RecentMetricHistory implements MetricHistory {
  readonly #series = new Map<string, Map<string, MetricSeries>>();
  #count = 0;

  /** Records the values of a collector after a reading. */
  record({ id, tables }: CollectorMetadata, { entries, error }: CollectorState, at: Date): void {
    const ofCollector = this.#series.get(id) ?? new Map<string, MetricSeries>();
    this.#series.set(id, ofCollector);
    for (const [path, entry] of entries) {
      const readable = error === undefined && entry.error === undefined && !entry.excluded;
      for (const [key, metric] of Object.entries(tables[entry.table]?.metrics ?? {}))
        if (hasHistory(metric))
          this.#store(ofCollector, `${path} ${key}`, numberOf(readable ? entry.sample?.[key] : undefined), at);
    }
  }

  lineOf(
    range: HistoryRange,
    collector: string,
    path: string,
    metric: string,
    now: Date,
  ): MetricHistoryInRange | undefined {
    const series = this.#series.get(collector)?.get(`${path} ${metric}`);
    return range === 'hour' ? series?.hourUntil(now) : series?.dayUntil(now);
  }

  #store(ofCollector: Map<string, MetricSeries>, name: string, value: number, at: Date): void {
    let series = ofCollector.get(name);
    if (series === undefined) {
      if (Number.isNaN(value) || this.#count >= maxSeries) return;
      series = new MetricSeries();
      ofCollector.set(name, series);
      this.#count += 1;
    }
    series.record(at, value);
  }
}
