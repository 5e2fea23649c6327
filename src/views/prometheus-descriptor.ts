import type { CollectorMetadata } from '../model/collector.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import type { UnitsByDeviceClass, UnitWithoutClass } from '../model/unit.ts';

/** Prefix of every metric name. */
export const prometheusMetricPrefix = 'infra_monitor';

type Unit = UnitsByDeviceClass[keyof UnitsByDeviceClass] | UnitWithoutClass;

/** Prometheus's base unit of each unit, and the factor to it. */
const baseUnits: Record<Unit, [name: string, factor: number]> = {
  '°C': ['celsius', 1],
  K: ['kelvin', 1],
  '%': ['ratio', 0.01],
  B: ['bytes', 1],
  kB: ['bytes', 1e3],
  MB: ['bytes', 1e6],
  GB: ['bytes', 1e9],
  TB: ['bytes', 1e12],
  MiB: ['bytes', 1024 ** 2],
  GiB: ['bytes', 1024 ** 3],
  'B/s': ['bytes_per_second', 1],
  'kB/s': ['bytes_per_second', 1e3],
  'MB/s': ['bytes_per_second', 1e6],
  'kbit/s': ['bytes_per_second', 125],
  'Mbit/s': ['bytes_per_second', 125_000],
  ms: ['seconds', 0.001],
  s: ['seconds', 1],
  min: ['seconds', 60],
  h: ['seconds', 3600],
  d: ['seconds', 86_400],
  Hz: ['hertz', 1],
  MHz: ['hertz', 1e6],
  GHz: ['hertz', 1e9],
  dB: ['decibels', 1],
  dBm: ['dbm', 1],
  rpm: ['rpm', 1],
  '1/min': ['per_second', 1 / 60],
};

export type PrometheusMetricType = 'gauge' | 'counter' | 'info' | 'stateset';

/** A metric's name, type and unit in Prometheus. */
export interface PrometheusMetricDescriptor {
  /** Name of the family, without `_total` and `_info`. */
  name: string;
  type: PrometheusMetricType;
  /** The base unit, where it has one; the name ends with it. */
  unit?: string;
  /** Base units in one of the metric's own. */
  factor: number;
}

const typesByKind = {
  gauge: 'gauge',
  counter: 'counter',
  boolean: 'gauge',
  timestamp: 'gauge',
  enum: 'stateset',
  text: 'info',
  update: 'info',
} as const satisfies Record<AnyMetricDeclaration['kind'], PrometheusMetricType>;

const isNotRepeated = (part: string, at: number, all: string[]) => part !== all[at - 1];

/** `nvme` `drive` `percentage_used` → `infra_monitor_nvme_percentage_used`: the collector's first table is not named. */
function plainName(
  { id, metrics }: CollectorMetadata,
  table: string,
  key: string,
  { nodeExporter }: AnyMetricDeclaration,
): string {
  const own = Object.keys(metrics)[0] === table;
  const parts = nodeExporter === undefined ? [id, ...(own ? [] : [table]), ...key.split('_')] : [nodeExporter];
  return [prometheusMetricPrefix, ...parts].filter(isNotRepeated).join('_');
}

/** Appends the unit in place of a word that stands for one: `power_on_hours` → `power_on_seconds`. */
const withUnit = (name: string, unit: string) => `${name.replace(/_(days|hours|rate)(?=_|$)/g, '')}_${unit}`;

export function prometheusDescriptorOfMetric(
  declaration: CollectorMetadata,
  table: string,
  key: string,
  metric: AnyMetricDeclaration,
): PrometheusMetricDescriptor {
  const type = typesByKind[metric.kind];
  const name = plainName(declaration, table, key, metric);
  if (metric.kind === 'timestamp')
    return {
      name: withUnit(/_time$/.test(name) ? name : `${name}_timestamp`, 'seconds'),
      type,
      unit: 'seconds',
      factor: 1,
    };
  if (!('unit' in metric) || metric.unit === undefined) return { name, type, factor: 1 };
  const [unit, factor] = baseUnits[metric.unit];
  return { name: withUnit(name, unit), type, unit, factor };
}

/** Name of the samples, as queries use it. */
export const prometheusSampleName = ({ name, type }: Pick<PrometheusMetricDescriptor, 'name' | 'type'>): string =>
  type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
