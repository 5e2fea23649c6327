import type { FlagClass, Quantity } from './unit.ts';

/** What every metric says of itself. */
interface Described {
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

interface Numeric<Reading> {
  /** Decimals that a person can use; more are rounded away. */
  precision?: number;
  /** A change smaller than this (in the metric's unit) is noise: the value before it stays. */
  jitter?: number;
  value(reading: Reading): number | undefined;
}

/** A number that goes up and down. */
export type Gauge<Reading> = { kind: 'gauge' } & Described & Quantity & Numeric<Reading>;

/** A number that only grows, until whatever counts starts anew at zero. */
export type Counter<Reading> = { kind: 'counter' } & Described & Quantity & Numeric<Reading>;

/** `lifeline`: the agent itself; in Home Assistant it follows the agent's status topic, and so is off, rather than unavailable,
 * when the agent is gone. */
export type Flag<Reading> = { kind: 'flag'; deviceClass?: FlagClass; lifeline?: true; value(reading: Reading): boolean | undefined } & Described;

/** One of a complete and lasting list of lower-case words. */
export type Choice<Reading> = { kind: 'choice'; options: readonly string[]; value(reading: Reading): string | undefined } & Described;

export type Text<Reading> = { kind: 'text'; value(reading: Reading): string | undefined } & Described;

/** A point in time; a change of less than `jitter` seconds is noise. */
export type Instant<Reading> = { kind: 'instant'; jitter?: number; value(reading: Reading): Date | undefined } & Described;

export interface Versions {
  installed: string;
  latest: string;
}

/** What is installed beside what could be: an update entity. */
export type Version<Reading> = { kind: 'version'; value(reading: Reading): Versions | undefined } & Described;

export type Metric<Reading> = Gauge<Reading> | Counter<Reading> | Flag<Reading> | Choice<Reading> | Text<Reading> | Instant<Reading> | Version<Reading>;

/** A table of metrics, each under the key that stands for it in topics and ids. */
export type Metrics<Reading> = Record<string, Metric<Reading>>;

/** A metric whose reading does not matter: what views see. */
// biome-ignore lint/suspicious/noExplicitAny: a reading only ever meets the table that was written for it
export type AnyMetric = Metric<any>;

/** A number that a user sees first and without asking for it: diagnostics and words stand behind it. */
export const isPlainNumber = ({ kind, category, enabled }: AnyMetric): boolean => (kind === 'gauge' || kind === 'counter') && category === undefined && enabled !== false;

export type Value = number | string | boolean | Versions | null;

/** Every metric of a table with its value, `null` where the reading had none. Instants are ISO 8601. */
export type Sample = Record<string, Value>;

/** Every gauge and counter that the reading had a value for, as it was read: a graph wants each change. */
export type Numbers = Readonly<Record<string, number>>;
