import type { AnyMetricDeclaration } from '../../model/metric.ts';
import type { MinuteValues } from '../../model/metric-history.ts';
import { type Html, html } from './html.ts';

const viewBoxHeight = 100;

interface Scale {
  low: number;
  high: number;
}

/** The scale of a line: percentages have the whole one, other values begin at zero unless they stay far from it. A quarter of the
 * largest value is the least that the scale spans, so that a small change looks small. */
function scaleOf(values: readonly number[], unit: string | undefined): Scale {
  const min = Math.min(...values);
  const max = Math.max(...values);
  if (unit === '%' && min >= 0 && max <= 100) return { low: 0, high: 100 };
  if (min >= 0 && min <= max / 2) return { low: 0, high: max || 1 };
  const room = Math.max(max - min, Math.abs(max) / 4, 1);
  const middle = (max + min) / 2;
  return { low: middle - room / 2, high: middle + room / 2 };
}

/** Points of the line in the view box, a list for each stretch without a gap. */
function stretches(line: MinuteValues, { low, high }: Scale): [x: number, y: number][][] {
  const lines: [number, number][][] = [[]];
  line.forEach((value, x) => {
    if (value === undefined) lines.push([]);
    else lines.at(-1)?.push([x, Math.round(viewBoxHeight - ((value - low) / (high - low)) * viewBoxHeight)]);
  });
  return lines.filter((points) => points.length > 0);
}

/** Leaves out a point between two of the same height. */
const withoutCollinear = (points: [number, number][]) =>
  points.filter(([, y], index) => index === 0 || points[index - 1]?.[1] !== y || points[index + 1]?.[1] !== y);

/** The last hour, or what is known of it, as a small line with a description; undefined while there are fewer than five values. */
export function renderSparkline(line: MinuteValues, metric: AnyMetricDeclaration): Html | undefined {
  const values = line.filter((value) => value !== undefined);
  if (values.length < 5) return undefined;
  const unit = 'unit' in metric ? metric.unit : undefined;
  const first = line.findIndex((value) => value !== undefined);
  const scale = scaleOf(values, unit);
  const strokes = stretches(line, scale).map(withoutCollinear);
  const lines = strokes.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`);
  const area =
    scale.low === 0
      ? html`<path class="area" d="${strokes.map((points, index) => `${lines[index]}V${viewBoxHeight}H${points[0]?.[0]}Z`)}"/>`
      : '';
  const precision = 'precision' in metric ? (metric.precision ?? 0) : 0;
  const range = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(precision));
  const description = `last hour ${[...new Set(range)].join(' to ')}${unit === undefined ? '' : ` ${unit}`}`;
  return html`<svg role="img" aria-label="${description}" viewBox="${first} 0 ${line.length - 1 - first} ${viewBoxHeight}" preserveAspectRatio="none">${area}<path d="${lines}"/></svg>`;
}
