import type { AnyMetricDeclaration, MetricValue } from '../../model/metric.ts';
import { type HtmlContent, html } from './html.ts';
import { renderRelativeTime } from './relative-time.ts';
import type { RenderingContext } from './rendering-context.ts';

/** Narrow no-break space. */
const narrowSpace = '\u202f';

/** 1 234 567.5 */
function groupDigits(value: number, precision: number, decimalSeparator: string): string {
  const [whole = '', fraction] = value.toFixed(precision).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, narrowSpace), ...(fraction === undefined ? [] : [fraction])].join(
    decimalSeparator,
  );
}

/** A value as the page shows it. `states`: the words of an enum, if they are not its keys. */
export function renderMetricValue(
  metric: AnyMetricDeclaration,
  value: MetricValue,
  context: RenderingContext,
  states: Readonly<Record<string, string>> = {},
): HtmlContent {
  const texts = context.language.page;
  if (value === null) return html`<i>${texts.unknown}</i>`;
  if (typeof value === 'object')
    return value.installed === value.latest
      ? value.installed
      : html`${value.installed} <em>${texts.available(value.latest)}</em>`;
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return html`<b>${groupDigits(Number(value), metric.precision ?? 0, texts.decimalSeparator)}</b>${metric.unit === undefined ? '' : narrowSpace + metric.unit}`;
    case 'boolean':
      return value ? (metric.deviceClass === 'problem' ? html`<em>${texts.yes}</em>` : texts.yes) : texts.no;
    case 'timestamp':
      return renderRelativeTime(new Date(String(value)), context);
    case 'enum':
      return states[String(value)] ?? String(value).replaceAll('_', ' ');
    default:
      return String(value);
  }
}
