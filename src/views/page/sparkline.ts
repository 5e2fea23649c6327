import type { AnyMetric } from '../../model/metric.ts';
import type { MinuteValues } from '../../model/metric-history.ts';
import { type Html, html } from './html.ts';

const viewBoxHeight = 100;

interface Span {
  low: number;
  high: number;
}

/** Percent has its own scale; others begin at zero unless they keep far from it, and little change looks little. */
function span(values: readonly number[], unit: string | undefined): Span {
  const min = Math.min(...values);
  const max = Math.max(...values);
  if (unit === '%' && min >= 0 && max <= 100) return { low: 0, high: 100 };
  if (min >= 0 && min <= max / 2) return { low: 0, high: max || 1 };
  const room = Math.max(max - min, Math.abs(max) / 4, 1);
  const middle = (max + min) / 2;
  return { low: middle - room / 2, high: middle + room / 2 };
}

/** The unbroken stretches of a line, as points in the picture. */
function stretches(line: MinuteValues, { low, high }: Span): [x: number, y: number][][] {
  const found: [number, number][][] = [[]];
  line.forEach((value, x) => {
    if (value === undefined) found.push([]);
    else found.at(-1)?.push([x, Math.round(viewBoxHeight - ((value - low) / (high - low)) * viewBoxHeight)]);
  });
  return found.filter((points) => points.length > 0);
}

/** Points between equals say nothing. */
const withoutCollinear = (points: [number, number][]) =>
  points.filter(([, y], index) => index === 0 || points[index - 1]?.[1] !== y || points[index + 1]?.[1] !== y);

/** The last hour, or what is known of it, as a small line, and in words; nothing before there are five minutes of it. */
export function renderSparkline(line: MinuteValues, metric: AnyMetric): Html | undefined {
  const values = line.filter((value) => value !== undefined);
  if (values.length < 5) return undefined;
  const unit = 'unit' in metric ? metric.unit : undefined;
  const first = line.findIndex((value) => value !== undefined);
  const scale = span(values, unit);
  const strokes = stretches(line, scale).map(withoutCollinear);
  const lines = strokes.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`);
  const area =
    scale.low === 0
      ? html`<path class="area" d="${strokes.map((points, index) => `${lines[index]}V${viewBoxHeight}H${points[0]?.[0]}Z`)}"/>`
      : '';
  const precision = 'precision' in metric ? (metric.precision ?? 0) : 0;
  const words = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(precision));
  const said = `last hour ${[...new Set(words)].join(' to ')}${unit === undefined ? '' : ` ${unit}`}`;
  return html`<svg role="img" aria-label="${said}" viewBox="${first} 0 ${line.length - 1 - first} ${viewBoxHeight}" preserveAspectRatio="none">${area}<path d="${lines}"/></svg>`;
}
