import { buildPartAddress, collectorDeviceAddress, pathBelowCollector } from '../../src/model/address.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { AnyMetricDeclaration, MetricValue } from '../../src/model/metric.ts';
import type { AgentState, CollectorState, StateEntry } from '../../src/model/state.ts';
import type { AnyTableDeclaration } from '../../src/model/table.ts';
import { toBaseUnit } from '../../src/model/unit.ts';

function valueFor(metric: AnyMetricDeclaration): MetricValue {
  switch (metric.kind) {
    case 'gauge':
      return 12.5;
    case 'counter':
      return 7;
    case 'boolean':
      return false;
    case 'enum':
      return metric.options[0] ?? null;
    case 'text':
      return 'words';
    case 'timestamp':
      return '2026-01-01T00:00:00Z';
    case 'update':
      return { installed: '1.0', latest: '1.1' };
  }
}

const at = new Date('2026-01-02T03:04:05Z');

function entryOf(collector: string, of: string, { kind, metrics }: AnyTableDeclaration, number: number): StateEntry {
  const device = { id: 'thing', name: 'Thing' };
  const part = { id: `${number}`, name: `${of} ${number}` };
  return {
    table: of,
    device,
    ...(kind === 'part'
      ? { part, address: buildPartAddress(collector, device, of, part) }
      : { address: collectorDeviceAddress(collector, device) }),
    sample: Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key, valueFor(metric)])),
    rawNumbers: Object.fromEntries(
      Object.entries(metrics).flatMap(([key, metric]) => {
        const value = valueFor(metric);
        return typeof value === 'number' ? [[key, toBaseUnit(value, 'unit' in metric ? metric.unit : undefined)]] : [];
      }),
    ),
    findings: new Map(),
    presentMetrics: new Set(Object.keys(metrics)),
    since: at,
  };
}

function collectorOf({ id, title, tables }: CollectorMetadata, parts: number): CollectorState {
  const entries = Object.entries(tables).flatMap(([of, table]) =>
    Array.from({ length: table.kind === 'part' ? parts : 1 }, (_, number) => entryOf(id, of, table, number)),
  );
  return {
    id,
    title,
    timeoutSeconds: 10,
    entries: new Map(entries.map((entry) => [pathBelowCollector(entry.address), entry])),
    complaints: [],
    consecutiveFailures: 0,
    skippedTicks: 0,
    lastRun: at,
    lastSuccess: at,
    duration: 0.1,
  };
}

/** A state in which every metric of the catalogue has a value, with so many parts of each kind. */
export const everything = (catalogue: readonly CollectorMetadata[], parts = 1): AgentState => ({
  collectors: new Map(catalogue.map((declaration) => [declaration.id, collectorOf(declaration, parts)])),
  broker: { url: 'mqtt://127.0.0.1:1883', connected: true, since: at, reconnects: 0 },
  memories: new Map(),
  restoredProblems: new Map(),
  announcedDevices: new Map(),
  forgotten: new Set(),
  toldProblems: new Map(),
  owners: new Map(),
  pendingEvents: [],
  discoveryRevision: 0,
});
