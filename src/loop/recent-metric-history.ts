import type { CollectorMetadata } from '../model/collector.ts';
import {
  type AnyMetricDeclaration,
  isPrimaryConnectivityMetric,
  isPrimaryNumericMetric,
  type MetricValue,
  metricEntries,
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
  /** By collector, path and metric. */
  readonly #series = new Map<string, Map<string, Map<string, MetricSeries>>>();
  #count = 0;

  /** Records the values of a collector after a reading. */
  record({ id, tables }: CollectorMetadata, { entries, error }: CollectorState, at: Date): void {
    const ofCollector = this.#series.get(id) ?? new Map<string, Map<string, MetricSeries>>();
    this.#series.set(id, ofCollector);
    for (const [path, entry] of entries) {
      const ofPath = ofCollector.get(path) ?? new Map<string, MetricSeries>();
      const readable = error === undefined && entry.error === undefined && !entry.excluded;
      for (const [key, metric] of metricEntries(tables[entry.table]?.metrics ?? {}))
        if (hasHistory(metric)) this.#store(ofPath, key, numberOf(readable ? entry.sample?.[key] : undefined), at);
      if (ofPath.size > 0) ofCollector.set(path, ofPath);
    }
  }

  lineOf(
    range: HistoryRange,
    collector: string,
    path: string,
    metric: string,
    now: Date,
  ): MetricHistoryInRange | undefined {
    const series = this.#series.get(collector)?.get(path)?.get(metric);
    return range === 'hour' ? series?.hourUntil(now) : series?.dayUntil(now);
  }

  #store(ofPath: Map<string, MetricSeries>, metric: string, value: number, at: Date): void {
    let series = ofPath.get(metric);
    if (series === undefined) {
      if (Number.isNaN(value) || this.#count >= maxSeries) return;
      series = new MetricSeries();
      ofPath.set(metric, series);
      this.#count += 1;
    }
    series.record(at, value);
  }
}
