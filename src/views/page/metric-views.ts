import {
  type AnyMetricDeclaration,
  isPrimaryConnectivityMetric,
  isPrimaryNumericMetric,
  type MetricValue,
} from '../../model/metric.ts';
import type { MetricHistoryInRange } from '../../model/metric-history.ts';
import { colorOf } from '../color-limits.ts';
import { type AnyTranslatedTableNames, metricNameAlone } from '../language.ts';
import type { DeviceView, MetricView } from './device-view.ts';
import { type Html, html } from './html.ts';
import { renderMetricValue } from './render-metric-value.ts';
import type { RenderingContext } from './rendering-context.ts';
import { renderSparkline } from './sparkline.ts';
import { renderUptimeStripAndShare } from './uptime-strip.ts';

/** A metric with its value, and what is remembered of it. */
export interface ShownMetric {
  table: string;
  key: string;
  metric: AnyMetricDeclaration;
  /** Of its table. */
  names: AnyTranslatedTableNames | undefined;
  value: MetricValue;
  line?: MetricHistoryInRange | undefined;
}

/** How much of 100 % a value is, as a bar; undefined for values that are no percentage. Its text is the value beside
 * it. */
export function renderPercentBar(
  metric: AnyMetricDeclaration,
  value: MetricValue,
  color: 'amber' | 'red' | undefined,
): Html | undefined {
  if (!('unit' in metric) || metric.unit !== '%' || typeof value !== 'number') return undefined;
  const width = Math.round(Math.max(0, Math.min(100, value)));
  return html`<svg class="bar${color === undefined ? '' : ` ${color}`}" aria-hidden="true"><rect width="${width}%" height="100%"/></svg>`;
}

const nameAndValue = ({ key, metric, names, value }: ShownMetric, context: RenderingContext): MetricView => ({
  name: metricNameAlone(names, key, metric),
  value: renderMetricValue(metric, value, context, names?.states?.[key]),
});

/** With its bar and its line. */
function viewOfNumber(shown: ShownMetric, context: RenderingContext): MetricView {
  const { table, key, metric, value, line } = shown;
  const color = typeof value === 'number' ? colorOf(table, key, value) : undefined;
  return {
    ...nameAndValue(shown, context),
    color,
    history: line && renderSparkline(line, metric, context.language.page),
    bar: renderPercentBar(metric, value, color),
  };
}

/** With how long it could be reached. */
function viewOfUptime(shown: ShownMetric, context: RenderingContext): MetricView {
  const uptime = shown.line && renderUptimeStripAndShare(shown.line, context.language.page);
  const share = uptime?.share === undefined ? '' : html` <small>${uptime.share}</small>`;
  const { name, value } = nameAndValue(shown, context);
  return {
    name,
    value: html`${value}${share}`,
    color: shown.value === false ? 'red' : undefined,
    history: uptime?.strip,
  };
}

/** The metrics of a device or part by where they stand in its card. */
export function buildMetricViews(
  metrics: readonly ShownMetric[],
  context: RenderingContext,
): Pick<DeviceView, 'numbers' | 'uptimes' | 'facts'> {
  const views = { numbers: [] as MetricView[], uptimes: [] as MetricView[], facts: [] as MetricView[] };
  for (const shown of metrics) {
    const { metric } = shown;
    if (isPrimaryNumericMetric(metric)) views.numbers.push(viewOfNumber(shown, context));
    else if (isPrimaryConnectivityMetric(metric)) views.uptimes.push(viewOfUptime(shown, context));
    else views.facts.push(nameAndValue(shown, context));
  }
  return views;
}
