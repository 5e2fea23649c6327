import type { Line } from '../../model/history.ts';
import type { AnyMetric } from '../../model/metric.ts';
import { type Html, html } from './html.ts';

const height = 100;

interface Span {
  low: number;
  high: number;
}

/** Percent has its own scale; others begin at zero unless they keep far from it, and little change looks little. */
function span(values: readonly number[], unit: string | undefined): Span {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (unit === '%' && least >= 0 && most <= 100) return { low: 0, high: 100 };
  if (least >= 0 && least <= most / 2) return { low: 0, high: most || 1 };
  const room = Math.max(most - least, Math.abs(most) / 4, 1);
  const middle = (most + least) / 2;
  return { low: middle - room / 2, high: middle + room / 2 };
}

/** The unbroken stretches of a line, as points in the picture. */
function stretches(line: Line, { low, high }: Span): [x: number, y: number][][] {
  const found: [number, number][][] = [[]];
  line.forEach((value, x) => {
    if (value === undefined) found.push([]);
    else found.at(-1)?.push([x, Math.round(height - ((value - low) / (high - low)) * height)]);
  });
  return found.filter((points) => points.length > 0);
}

/** Points between equals say nothing. */
const corners = (points: [number, number][]) => points.filter(([, y], index) => index === 0 || points[index - 1]?.[1] !== y || points[index + 1]?.[1] !== y);

/** The last hour, or what is known of it, as a small line, and in words; nothing before there are five minutes of it. */
export function sparkline(line: Line, metric: AnyMetric): Html | undefined {
  const values = line.filter((value) => value !== undefined);
  if (values.length < 5) return undefined;
  const unit = 'unit' in metric ? metric.unit : undefined;
  const first = line.findIndex((value) => value !== undefined);
  const scale = span(values, unit);
  const strokes = stretches(line, scale).map(corners);
  const lines = strokes.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`);
  const area = scale.low === 0 ? html`<path class="area" d="${strokes.map((points, index) => `${lines[index]}V${height}H${points[0]?.[0]}Z`)}"/>` : '';
  const precision = 'precision' in metric ? (metric.precision ?? 0) : 0;
  const words = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(precision));
  const said = `last hour ${[...new Set(words)].join(' to ')}${unit === undefined ? '' : ` ${unit}`}`;
  return html`<svg role="img" aria-label="${said}" viewBox="${first} 0 ${line.length - 1 - first} ${height}" preserveAspectRatio="none">${area}<path d="${lines}"/></svg>`;
}
