import type { ActionDeclarations } from './action.ts';
import type { EventDeclaration } from './event.ts';
import type { MetricDeclarations } from './metric.ts';
import type { Finding, LastingFindings, Severity } from './problem.ts';

interface TableBase<Reading> {
  /** What one of its devices or parts is, in the singular: “Drive”, “File system”. */
  title: string;
  icon: `mdi:${string}`;
  /** Metrics by their key in topics and ids. */
  metrics: MetricDeclarations<Reading>;
  /** What is wrong according to a reading. `before`: what was wrong until now, so that a limit can be left later than
   * it was reached. `texts`: those of the collector in the agent's language; English without. */
  // biome-ignore lint/suspicious/noExplicitAny: each collector has its own texts
  problems?(reading: Reading, before: LastingFindings, texts?: any): readonly Finding[];
  /** How bad it is that one of them is no longer there; without it, not at all. */
  missing?: Severity;
}

/** A table whose rows are devices in Home Assistant. */
export interface DeviceTableDeclaration<Reading> extends TableBase<Reading> {
  kind: 'device';
  /** The devices that the collector is named after: its Prometheus metrics do not repeat the table. */
  isMain?: true;
  actions?: ActionDeclarations;
  event?: EventDeclaration;
}

/** A table whose rows are parts of a device: its file systems, its interfaces. */
export interface PartTableDeclaration<Reading> extends TableBase<Reading> {
  kind: 'part';
  isMain?: never;
  actions?: never;
  event?: never;
}

export type TableDeclaration<Reading> = DeviceTableDeclaration<Reading> | PartTableDeclaration<Reading>;

/** A table of any reading, for views. */
// biome-ignore lint/suspicious/noExplicitAny: a table's metrics only ever get that table's readings
export type AnyTableDeclaration = TableDeclaration<any>;

/** The definition with its keys, which a translation is held against. */
// biome-ignore lint/suspicious/noExplicitAny: the collector's list of tables has the type of each one's readings
export const declareDeviceTable = <Definition extends Omit<DeviceTableDeclaration<any>, 'kind'>>(
  table: Definition,
) => ({
  kind: 'device' as const,
  ...table,
});

/** The definition with its keys, which a translation is held against. */
// biome-ignore lint/suspicious/noExplicitAny: the collector's list of tables has the type of each one's readings
export const declarePartTable = <Definition extends Omit<PartTableDeclaration<any>, 'kind'>>(table: Definition) => ({
  kind: 'part' as const,
  ...table,
});
