import type { AnyMetricDeclaration, MetricSample, MetricValue, RawNumbers } from '../model/metric.ts';

/** Maximum length of a state in Home Assistant (MAX_LENGTH_STATE_STATE). */
const maxStateLength = 255;

const round = (value: number, precision: number) => Number(value.toFixed(precision));

/** The number rounded to its precision, or the value before while the change is below the deadband. */
function stabilizeNumber(
  value: number,
  before: MetricValue | undefined,
  { precision = 0, deadband = 0 }: { precision?: number; deadband?: number },
): number | null {
  if (!Number.isFinite(value)) return null;
  const rounded = round(value, precision);
  return typeof before === 'number' && Math.abs(rounded - before) < deadband ? before : rounded;
}

function stabilizeTimestamp(value: Date, before: MetricValue | undefined, deadband = 0): string | null {
  if (Number.isNaN(value.getTime())) return null;
  const seconds = Math.round(value.getTime() / 1000);
  const isUnchanged = typeof before === 'string' && Math.abs(seconds - Date.parse(before) / 1000) < deadband;
  return isUnchanged ? before : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function readMetric(metric: AnyMetricDeclaration, reading: unknown, before: MetricValue | undefined): MetricValue {
  switch (metric.kind) {
    case 'gauge':
    case 'counter': {
      const value = metric.value(reading);
      if (value === undefined) return null;
      // A counter that decreased was reset; the deadband does not apply.
      return stabilizeNumber(
        value,
        before,
        metric.kind === 'counter' && typeof before === 'number' && value < before ? { ...metric, deadband: 0 } : metric,
      );
    }
    case 'timestamp': {
      const value = metric.value(reading);
      return value === undefined ? null : stabilizeTimestamp(value, before, metric.deadband);
    }
    case 'text':
      return metric.value(reading)?.slice(0, maxStateLength) ?? null;
    case 'enum': {
      const value = metric.value(reading);
      return value !== undefined && metric.options.includes(value) ? value : null;
    }
    case 'boolean':
    case 'update':
      return metric.value(reading) ?? null;
  }
}

/** The value of each metric in a reading; changes from the sample before that are below a deadband are left out. */
export const extractSample = (
  metrics: Record<string, AnyMetricDeclaration>,
  reading: unknown,
  before?: MetricSample,
): MetricSample =>
  Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key, readMetric(metric, reading, before?.[key])]));

export const extractRawNumbers = (metrics: Record<string, AnyMetricDeclaration>, reading: unknown): RawNumbers =>
  Object.fromEntries(
    Object.entries(metrics).flatMap(([key, metric]) => {
      const value = metric.kind === 'gauge' || metric.kind === 'counter' ? metric.value(reading) : undefined;
      return value !== undefined && Number.isFinite(value) ? [[key, value]] : [];
    }),
  );
