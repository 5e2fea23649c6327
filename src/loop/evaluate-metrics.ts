import {
  type AnyMetricDeclaration,
  type BaseUnitValuesByKey,
  type MetricValue,
  type MetricValuesByKey,
  metricEntries,
  type NumericMetricDeclaration,
} from '../model/metric.ts';
import { shortenToStateLength } from '../model/state-length.ts';
import { fromBaseUnit, possibleRangeOfUnit, toBaseUnit } from '../model/unit.ts';

/** The values of a reading, each computed once. */
export interface EvaluatedMetrics {
  sample: MetricValuesByKey;
  rawNumbers: BaseUnitValuesByKey;
  /** Values that are not possible, by the key of their metric, in words. They are unknown in the sample. */
  impossibleValues: ReadonlyMap<string, string>;
}

const round = (value: number, precision: number) => Number(value.toFixed(precision));

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** A number as computed and as shown; the text says why it is neither. `unrounded`: the value in the metric's unit. */
function evaluateNumber(
  metric: NumericMetricDeclaration<unknown>,
  value: number,
  unrounded: number,
  before: MetricValue | undefined,
): { raw: number; shown: number } | string {
  const { unit, precision = 0, deadband = 0 } = metric;
  const possible = possibleRangeOfUnit(unit);
  const { least = possible.least, most = possible.most } = metric;
  const rounded = round(unrounded, precision);
  const inUnit = (number: number) => (unit === undefined ? `${number}` : `${number} ${unit}`);
  if (rounded < least) return `${inUnit(rounded)} is below the minimum of ${inUnit(least)}`;
  if (rounded > most) return `${inUnit(rounded)} is above the maximum of ${inUnit(most)}`;
  // Rounding errors of the measurement, such as 100.02 %, are at the end of the range.
  const isWithin = unrounded >= least && unrounded <= most;
  const raw = isWithin ? value : clamp(value, toBaseUnit(least, unit), toBaseUnit(most, unit));
  // A counter that decreased was reset; the deadband does not apply.
  const isNoise =
    typeof before === 'number' &&
    Math.abs(rounded - before) < deadband &&
    !(metric.kind === 'counter' && unrounded < before);
  return { raw, shown: isNoise ? before : rounded };
}

function stabilizeTimestamp(value: Date, before: MetricValue | undefined, deadband = 0): string | null {
  if (Number.isNaN(value.getTime())) return null;
  const seconds = Math.round(value.getTime() / 1000);
  const isUnchanged = typeof before === 'string' && Math.abs(seconds - Date.parse(before) / 1000) < deadband;
  return isUnchanged ? before : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

type NonNumericMetric = Exclude<AnyMetricDeclaration, NumericMetricDeclaration<unknown>>;

function evaluateOther(
  metric: NonNumericMetric,
  reading: unknown,
  before: MetricValue | undefined,
  texts: unknown,
): MetricValue {
  switch (metric.kind) {
    case 'timestamp': {
      const value = metric.value(reading);
      return value === undefined ? null : stabilizeTimestamp(value, before, metric.deadband);
    }
    case 'text': {
      const value = metric.value(reading, texts);
      return value === undefined ? null : shortenToStateLength(value);
    }
    case 'enum': {
      const value = metric.value(reading);
      return value !== undefined && metric.options.includes(value) ? value : null;
    }
    case 'boolean':
    case 'update':
      return metric.value(reading) ?? null;
  }
}

/** The value of each metric in a reading; changes from the sample before that are below a deadband are left out.
 * `texts`: those of the collector, for what is said in words. */
export function evaluateMetrics(
  metrics: Record<string, AnyMetricDeclaration>,
  reading: unknown,
  before: MetricValuesByKey = {},
  texts?: unknown,
): EvaluatedMetrics {
  const sample: MetricValuesByKey = {};
  const rawNumbers: Record<string, number> = {};
  const impossibleValues = new Map<string, string>();
  for (const [key, metric] of metricEntries(metrics)) {
    if (metric.kind !== 'gauge' && metric.kind !== 'counter') {
      sample[key] = evaluateOther(metric, reading, before[key], texts);
      continue;
    }
    sample[key] = null;
    const value = metric.value(reading);
    if (value === undefined) continue;
    const unrounded = fromBaseUnit(value, metric.unit);
    if (!Number.isFinite(unrounded)) continue;
    const number = evaluateNumber(metric, value, unrounded, before[key]);
    if (typeof number === 'string') {
      impossibleValues.set(key, number);
      continue;
    }
    rawNumbers[key] = number.raw;
    sample[key] = number.shown;
  }
  return { sample, rawNumbers, impossibleValues };
}
