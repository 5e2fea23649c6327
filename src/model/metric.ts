import type { BinarySensorClass, DeviceClassWithUnit } from './unit.ts';

/** Categories of diagnostic entities; the disabled ones stay hidden until a user enables them. */
export const diagnostic = { category: 'diagnostic' } as const;
export const disabledDiagnostic = { ...diagnostic, enabled: false } as const;

interface MetricBase {
  /** Sentence case, without the name of the device or part, which Home Assistant puts before it. */
  name: string;
  icon?: `mdi:${string}`;
  category?: 'diagnostic';
  /** `false`: disabled by default in Home Assistant. */
  enabled?: false;
  /** Each agent that watches the device has a value of its own: what it sees from its place in the network. */
  perAgent?: true;
  /** Many devices lack it: the entity is announced after the first reading with a value. */
  optional?: true;
  /** node_exporter's name of the same metric, without `node_` and the unit. */
  nodeExporter?: string;
}

/** `unit` is how people see the value; `precision`, `deadband`, `least` and `most` are in it. */
interface NumericMetric<Reading> {
  /** Number of decimals to round to. */
  precision?: number;
  /** A smaller change is noise: the previous value stays. */
  deadband?: number;
  /** The smallest and the largest possible value, if they differ from those of the unit: see `possibleRangeOfUnit`. A
   * value that is still outside when it is rounded is unknown, and logged. */
  least?: number;
  most?: number;
  /** In the base unit: bytes, bytes per second, seconds, hertz; a percentage as a ratio from 0 to 1. Unknown if it is
   * not finite, such as the ratio 0/0. */
  value(reading: Reading): number | undefined;
}

/** A number that goes up and down. */
export type GaugeMetric<Reading> = { kind: 'gauge' } & MetricBase & DeviceClassWithUnit & NumericMetric<Reading>;

/** A number that only increases, until its source restarts at zero. */
export type CounterMetric<Reading> = { kind: 'counter' } & MetricBase & DeviceClassWithUnit & NumericMetric<Reading>;

export type BooleanMetric<Reading> = {
  kind: 'boolean';
  deviceClass?: BinarySensorClass;
  /** The entity's state is the agent's status topic, so that it is off rather than unavailable when the agent is
   * offline. */
  followsAgentStatus?: true;
  value(reading: Reading): boolean | undefined;
} & MetricBase;

/** One of a list of lower-case words that never changes. */
export type EnumMetric<Reading> = {
  kind: 'enum';
  options: readonly string[];
  value(reading: Reading): string | undefined;
} & MetricBase;

export type TextMetric<Reading> = {
  kind: 'text';
  /** `texts`: those of the collector in the agent's language, for what it says in words of its own; English without. */
  // biome-ignore lint/suspicious/noExplicitAny: each collector has its own texts
  value(reading: Reading, texts?: any): string | undefined;
} & MetricBase;

/** A point in time. */
export type TimestampMetric<Reading> = {
  kind: 'timestamp';
  /** Seconds. A smaller change is noise: the previous value stays. */
  deadband?: number;
  value(reading: Reading): Date | undefined;
} & MetricBase;

export interface UpdateVersions {
  installed: string;
  latest: string;
}

/** The installed and the latest version: an update entity. */
export type UpdateMetric<Reading> = {
  kind: 'update';
  value(reading: Reading): UpdateVersions | undefined;
} & MetricBase;

export type MetricDeclaration<Reading> =
  | GaugeMetric<Reading>
  | CounterMetric<Reading>
  | BooleanMetric<Reading>
  | EnumMetric<Reading>
  | TextMetric<Reading>
  | TimestampMetric<Reading>
  | UpdateMetric<Reading>;

/** The metrics of a table by their key in topics and ids. */
export type MetricDeclarations<Reading> = Record<string, MetricDeclaration<Reading>>;

export type NumericMetricDeclaration<Reading> = GaugeMetric<Reading> | CounterMetric<Reading>;

/** A metric of any reading, for views. */
// biome-ignore lint/suspicious/noExplicitAny: a table's metrics only ever get that table's readings
export type AnyMetricDeclaration = MetricDeclaration<any>;

const entries = new WeakMap<object, readonly [key: string, metric: AnyMetricDeclaration][]>();

/** The metrics of a table with their keys; the list is made once, since each reading asks for it. */
export function metricEntries(
  metrics: Readonly<Record<string, AnyMetricDeclaration>>,
): readonly [key: string, metric: AnyMetricDeclaration][] {
  const known = entries.get(metrics) ?? Object.entries(metrics);
  entries.set(metrics, known);
  return known;
}

/** Whether a metric is a number that is enabled by default and not a diagnostic. */
export const isPrimaryNumericMetric = ({ kind, category, enabled }: AnyMetricDeclaration): boolean =>
  (kind === 'gauge' || kind === 'counter') && category === undefined && enabled !== false;

/** Whether a metric says that something can be reached, by default and not as a diagnostic. */
export const isPrimaryConnectivityMetric = (metric: AnyMetricDeclaration): boolean =>
  metric.kind === 'boolean' &&
  metric.deviceClass === 'connectivity' &&
  metric.category === undefined &&
  metric.enabled !== false;

export type MetricValue = number | string | boolean | UpdateVersions | null;

/** The value of every metric of a table as people see it, `null` if it is unknown. Timestamps are in ISO 8601. */
export type MetricValuesByKey = Record<string, MetricValue>;

/** The values of gauges and counters in base units, neither rounded nor with a deadband: a graph shows every change. */
export type BaseUnitValuesByKey = Readonly<Record<string, number>>;
