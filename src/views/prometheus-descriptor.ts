import type { CollectorMetadata } from '../model/collector.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import { prometheusBaseUnitName } from '../model/unit.ts';

/** Prefix of every metric name. */
export const prometheusMetricPrefix = 'infra_monitor';

export type PrometheusMetricType = 'gauge' | 'counter' | 'info' | 'stateset';

/** A metric's name, type and unit in Prometheus. */
export interface PrometheusMetricDescriptor {
  /** Name of the family, without `_total` and `_info`. */
  name: string;
  type: PrometheusMetricType;
  /** The base unit, where it has one; the name ends with it. */
  unit?: string;
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

/** `nvme` `drive` `percentage_used` → `infra_monitor_nvme_percentage_used`: the collector's main table is not named. */
function plainName(
  { id, tables }: CollectorMetadata,
  table: string,
  key: string,
  { nodeExporter }: AnyMetricDeclaration,
): string {
  const parts =
    nodeExporter === undefined ? [id, ...(tables[table]?.isMain ? [] : [table]), ...key.split('_')] : [nodeExporter];
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
    return { name: withUnit(/_time$/.test(name) ? name : `${name}_timestamp`, 'seconds'), type, unit: 'seconds' };
  if (!('unit' in metric) || metric.unit === undefined) return { name, type };
  const unit = prometheusBaseUnitName(metric.unit);
  return { name: withUnit(name, unit), type, unit };
}

/** Name of the samples, as queries use it. */
export const prometheusSampleName = ({ name, type }: Pick<PrometheusMetricDescriptor, 'name' | 'type'>): string =>
  type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
