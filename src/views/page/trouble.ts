import type { AnyMetric, Sample } from '../../model/metric.ts';

/** What is wrong by a flag's word. */
export interface Trouble {
  /** The flag's. */
  key: string;
  words: string;
}

/** A problem that is there, or a connection that is not; that of a diagnostic may well be meant so: a socket without a cable. */
function isTrouble(metric: AnyMetric, value: unknown): boolean {
  if (metric.kind !== 'flag' || metric.enabled === false) return false;
  return metric.deviceClass === 'problem' ? value === true : metric.deviceClass === 'connectivity' && metric.category === undefined && value === false;
}

/** What is wrong with a sample, in its metrics' own words. A flag's reason, where there is one, is the text whose key is the
 * flag's with `_reason` behind it. */
export const troublesOf = (metrics: Record<string, AnyMetric>, sample: Sample): Trouble[] =>
  Object.entries(metrics).flatMap(([key, metric]) => {
    if (!isTrouble(metric, sample[key])) return [];
    const reason = sample[`${key}_reason`];
    return { key, words: typeof reason === 'string' ? reason : sample[key] === false ? `${metric.name}: disconnected` : metric.name };
  });
