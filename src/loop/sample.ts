import type { AnyMetric, Numbers, Sample, Value } from '../model/metric.ts';

/** Home Assistant's longest state (MAX_LENGTH_STATE_STATE). */
const longestText = 255;

const round = (value: number, precision: number) => Number(value.toFixed(precision));

/** What a person can use of a number: rounded, and the value before it while the change is noise. */
function settleNumber(value: number, before: Value | undefined, { precision = 0, jitter = 0 }: { precision?: number; jitter?: number }): number | null {
  if (!Number.isFinite(value)) return null;
  const rounded = round(value, precision);
  return typeof before === 'number' && Math.abs(rounded - before) < jitter ? before : rounded;
}

function settleInstant(value: Date, before: Value | undefined, jitter = 0): string | null {
  if (Number.isNaN(value.getTime())) return null;
  const seconds = Math.round(value.getTime() / 1000);
  const settled = typeof before === 'string' && Math.abs(seconds - Date.parse(before) / 1000) < jitter;
  return settled ? before : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function take(metric: AnyMetric, reading: unknown, before: Value | undefined): Value {
  switch (metric.kind) {
    case 'gauge':
    case 'counter': {
      const value = metric.value(reading);
      if (value === undefined) return null;
      // A counter that fell was reset: that is no noise.
      return settleNumber(value, before, metric.kind === 'counter' && typeof before === 'number' && value < before ? { ...metric, jitter: 0 } : metric);
    }
    case 'instant': {
      const value = metric.value(reading);
      return value === undefined ? null : settleInstant(value, before, metric.jitter);
    }
    case 'text':
      return metric.value(reading)?.slice(0, longestText) ?? null;
    case 'choice': {
      const value = metric.value(reading);
      return value !== undefined && metric.options.includes(value) ? value : null;
    }
    case 'flag':
    case 'version':
      return metric.value(reading) ?? null;
  }
}

/** Takes every metric's value out of a reading, settled against the sample before. */
export const sampleOf = (metrics: Record<string, AnyMetric>, reading: unknown, before?: Sample): Sample =>
  Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key, take(metric, reading, before?.[key])]));

export const numbersOf = (metrics: Record<string, AnyMetric>, reading: unknown): Numbers =>
  Object.fromEntries(
    Object.entries(metrics).flatMap(([key, metric]) => {
      const value = metric.kind === 'gauge' || metric.kind === 'counter' ? metric.value(reading) : undefined;
      return value !== undefined && Number.isFinite(value) ? [[key, value]] : [];
    }),
  );
