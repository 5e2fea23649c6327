import type { AnyMetricDeclaration, MetricValue } from '../../model/metric.ts';
import { type HtmlContent, html } from './html.ts';
import { renderRelativeTime } from './relative-time.ts';

/** Narrow no-break space. */
const narrowSpace = '\u202f';

/** 1 234 567.5 */
function groupDigits(value: number, precision: number): string {
  const [whole = '', fraction] = value.toFixed(precision).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, narrowSpace), ...(fraction === undefined ? [] : [fraction])].join('.');
}

/** A value as the page shows it. */
export function renderMetricValue(metric: AnyMetricDeclaration, value: MetricValue, now: Date): HtmlContent {
  if (value === null) return html`<i>unknown</i>`;
  if (typeof value === 'object')
    return value.installed === value.latest
      ? value.installed
      : html`${value.installed} <em>${value.latest} available</em>`;
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return html`<b>${groupDigits(Number(value), metric.precision ?? 0)}</b>${metric.unit === undefined ? '' : narrowSpace + metric.unit}`;
    case 'boolean':
      return metric.deviceClass === 'problem' ? (value ? html`<em>yes</em>` : 'no') : value ? 'yes' : 'no';
    case 'timestamp':
      return renderRelativeTime(new Date(String(value)), now);
    case 'enum':
      return String(value).replaceAll('_', ' ');
    default:
      return String(value);
  }
}
