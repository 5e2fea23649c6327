import type { AnyMetric, Value } from '../../model/metric.ts';
import { moment } from './age.ts';
import { type Content, html } from './html.ts';

/** A narrow space that no line breaks at. */
const thin = '\u202f';

/** 1 234 567.5 */
function grouped(value: number, precision: number): string {
  const [whole = '', fraction] = value.toFixed(precision).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, thin), ...(fraction === undefined ? [] : [fraction])].join('.');
}

/** A value as a person reads it. */
export function words(metric: AnyMetric, value: Value, now: Date): Content {
  if (value === null) return html`<i>unknown</i>`;
  if (typeof value === 'object') return value.installed === value.latest ? value.installed : html`${value.installed} <em>${value.latest} is there</em>`;
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return html`<b>${grouped(Number(value), metric.precision ?? 0)}</b>${metric.unit === undefined ? '' : thin + metric.unit}`;
    case 'flag':
      return metric.deviceClass === 'problem' ? (value ? html`<em>Problem</em>` : 'OK') : value ? 'yes' : 'no';
    case 'instant':
      return moment(new Date(String(value)), now);
    case 'choice':
      return String(value).replaceAll('_', ' ');
    default:
      return String(value);
  }
}
