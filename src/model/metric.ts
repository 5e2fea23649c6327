import type { BinarySensorClass, DeviceClassWithUnit } from './unit.ts';

/** What every metric says of itself. */
interface MetricBase {
  /** Sentence case, without the device's or part's name: Home Assistant puts those before it. */
  name: string;
  icon?: `mdi:${string}`;
  category?: 'diagnostic';
  /** `false`: the entity waits, disabled, until the user wants it. */
  enabled?: false;
  /** Many devices lack it: it is announced once a reading has had a value. */
  optional?: true;
  /** What node_exporter calls the same thing, without `node_` and the unit. */
  nodeExporter?: string;
}

interface NumericMetric<Reading> {
  /** Decimals that a person can use; more are rounded away. */
  precision?: number;
  /** A change smaller than this (in the metric's unit) is noise: the value before it stays. */
  deadband?: number;
  value(reading: Reading): number | undefined;
}

/** A number that goes up and down. */
export type GaugeMetric<Reading> = { kind: 'gauge' } & MetricBase & DeviceClassWithUnit & NumericMetric<Reading>;

/** A number that only grows, until whatever counts starts anew at zero. */
export type CounterMetric<Reading> = { kind: 'counter' } & MetricBase & DeviceClassWithUnit & NumericMetric<Reading>;

/** `lifeline`: the agent itself; in Home Assistant it follows the agent's status topic, and so is off, rather than unavailable,
 * when the agent is gone. */
export type BooleanMetric<Reading> = {
  kind: 'boolean';
  deviceClass?: BinarySensorClass;
  followsAgentStatus?: true;
  value(reading: Reading): boolean | undefined;
} & MetricBase;

/** One of a complete and lasting list of lower-case words. */
export type EnumMetric<Reading> = {
  kind: 'enum';
  options: readonly string[];
  value(reading: Reading): string | undefined;
} & MetricBase;

export type TextMetric<Reading> = { kind: 'text'; value(reading: Reading): string | undefined } & MetricBase;

/** A point in time; a change of less than `jitter` seconds is noise. */
export type TimestampMetric<Reading> = {
  kind: 'timestamp';
  deadband?: number;
  value(reading: Reading): Date | undefined;
} & MetricBase;

export interface UpdateVersions {
  installed: string;
  latest: string;
}

/** What is installed beside what could be: an update entity. */
export type UpdateMetric<Reading> = {
  kind: 'update';
  value(reading: Reading): UpdateVersions | undefined;
} & MetricBase;

export type Metric<Reading> =
  | GaugeMetric<Reading>
  | CounterMetric<Reading>
  | BooleanMetric<Reading>
  | EnumMetric<Reading>
  | TextMetric<Reading>
  | TimestampMetric<Reading>
  | UpdateMetric<Reading>;

/** A table of metrics, each under the key that stands for it in topics and ids. */
export type Metrics<Reading> = Record<string, Metric<Reading>>;

/** A metric whose reading does not matter: what views see. */
// biome-ignore lint/suspicious/noExplicitAny: a reading only ever meets the table that was written for it
export type AnyMetric = Metric<any>;

/** A number that a user sees first and without asking for it: diagnostics and words stand behind it. */
export const isPrimaryNumber = ({ kind, category, enabled }: AnyMetric): boolean =>
  (kind === 'gauge' || kind === 'counter') && category === undefined && enabled !== false;

export type MetricValue = number | string | boolean | UpdateVersions | null;

/** Every metric of a table with its value, `null` where the reading had none. Instants are ISO 8601. */
export type MetricSample = Record<string, MetricValue>;

/** Every gauge and counter that the reading had a value for, as it was read: a graph wants each change. */
export type RawNumbers = Readonly<Record<string, number>>;
