import type { AnyMetricDeclaration } from '../../model/metric.ts';
import type { IntervalValues, MetricHistoryInRange } from '../../model/metric-history.ts';
import { type Html, html } from './html.ts';
import type { PageTexts } from './texts.ts';

/** The view box is as high as the scale has last digits, so that heights are values, up to this: a thousandth is
 * nothing to see. */
const maxScaleLength = 1000;

interface Scale {
  high: number;
  /** The height of the view box. */
  height: number;
  /** What one unit of height stands for. */
  step: number;
  startsAtZero: boolean;
}

type Point = [x: number, y: number];

/** Lowest and highest value of the scale: percentages have the whole one, other values begin at zero unless they stay
 * far from it. A quarter of the largest value is the least that the scale spans, so that a small change looks small. */
function endsOf(min: number, max: number, unit: string | undefined): [low: number, high: number] {
  if (unit === '%' && min >= 0 && max <= 100) return [0, 100];
  if (min >= 0 && min <= max / 2) return [0, max || 1];
  const room = Math.max(max - min, Math.abs(max) / 4, 1);
  const middle = (max + min) / 2;
  return [middle - room / 2, middle + room / 2];
}

function scaleOf(min: number, max: number, unit: string | undefined, digits: number): Scale {
  const [low, high] = endsOf(min, max, unit);
  const digit = 10 ** -digits;
  const [lowest, highest] = [Math.floor(low / digit + 1e-6), Math.ceil(high / digit - 1e-6)];
  const height = Math.min(maxScaleLength, Math.max(1, highest - lowest));
  return { high: highest * digit, height, step: ((highest - lowest) * digit) / height, startsAtZero: lowest === 0 };
}

/** Leaves out a point between two of the same height. */
const withoutCollinear = (points: readonly Point[]) =>
  points.filter(([, y], index) => index === 0 || points[index - 1]?.[1] !== y || points[index + 1]?.[1] !== y);

/** Points in the view box, a list for each stretch without a gap. */
function stretchesOf(values: IntervalValues, { high, step }: Scale): Point[][] {
  const stretches: Point[][] = [[]];
  values.forEach((value, x) => {
    if (value === undefined) stretches.push([]);
    else stretches.at(-1)?.push([x, Math.round((high - value) / step)]);
  });
  return stretches.filter((points) => points.length > 0).map(withoutCollinear);
}

/** Steps from point to point: “1-5 1 0”. */
const stepsOf = (points: readonly Point[]) =>
  points
    .slice(1)
    .map(([x, y], index) => {
      const [fromX, fromY] = points[index] as Point;
      return `${x - fromX}${y < fromY ? '' : ' '}${y - fromY}`;
    })
    .join(' ');

/** A point alone is a line without a length, which has round ends. */
const lineOf = (points: readonly Point[]) =>
  `M${points[0]?.join(' ')}${points.length === 1 ? 'h0' : `l${stepsOf(points)}`}`;

/** Down to zero and back. */
const areaOf = (points: readonly Point[], { height }: Scale) => `${lineOf(points)}V${height}H${points[0]?.[0]}Z`;

/** Along the upper line and back along the lower one. */
const bandOf = (upper: readonly Point[], lower: readonly Point[]) =>
  `${lineOf(upper)}L${lower.at(-1)?.join(' ')}${lower.length === 1 ? '' : `l${stepsOf([...lower].reverse())}`}Z`;

const known = (values: IntervalValues) => values.filter((value) => value !== undefined);

/** Recent values as a small line with a description; of a day, with a band from the least to the most. Undefined while
 * there are fewer than five values, and of a count that never changed. The page's script reads the values from it. */
export function renderSparkline(
  { range, values, least = values, most = values }: MetricHistoryInRange,
  metric: AnyMetricDeclaration,
  texts: PageTexts,
): Html | undefined {
  if (known(values).length < 5) return undefined;
  const unit = 'unit' in metric ? metric.unit : undefined;
  const digits = 'precision' in metric ? (metric.precision ?? 0) : 0;
  const [min, max] = [Math.min(...known(least)), Math.max(...known(most))];
  if (min === max && unit === undefined) return undefined;
  const scale = scaleOf(min, max, unit, digits);
  const first = values.findIndex((value) => value !== undefined);
  const lines = stretchesOf(values, scale);
  const lower = stretchesOf(least, scale);
  const filled =
    range === 'day'
      ? html`<path class="band" d="${stretchesOf(most, scale).map((upper, index) => bandOf(upper, lower[index] ?? upper))}"/>`
      : scale.startsAtZero
        ? html`<path class="area" d="${lines.map((points) => areaOf(points, scale))}"/>`
        : '';
  const textOf = (value: number) => value.toFixed(digits).replace('.', texts.decimalSeparator);
  const [lowest, highest] = [textOf(min), textOf(max)];
  const ends = lowest === highest ? lowest : texts.ends(lowest, highest);
  const description = `${texts.lineLabel(range, ends)}${unit === undefined ? '' : ` ${unit}`}`;
  return html`<svg class="line" role="img" aria-label="${description}" viewBox="${first} 0 ${values.length - 1 - first} ${scale.height}" preserveAspectRatio="none" data-high="${Number(scale.high.toFixed(digits))}" data-step="${Number(scale.step.toPrecision(6))}" data-digits="${digits}" data-unit="${unit}">${filled}<path d="${lines.map(lineOf)}"/></svg>`;
}
