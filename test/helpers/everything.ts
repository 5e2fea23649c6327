import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { AnyMetricDeclaration, MetricValue } from '../../src/model/metric.ts';
import type { AgentState, CollectorState, StateEntry } from '../../src/model/state.ts';

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

function entryOf(
  of: string,
  metrics: Record<string, AnyMetricDeclaration>,
  number: number,
  isPart: boolean,
): StateEntry {
  return {
    table: of,
    device: { id: 'thing', name: 'Thing' },
    ...(isPart ? { part: { id: `${of}${number}`, name: `${of} ${number}` } } : {}),
    sample: Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key, valueFor(metric)])),
    presentMetrics: new Set(Object.keys(metrics)),
    since: at,
  };
}

function collectorOf({ id, metrics }: CollectorMetadata, parts: number): CollectorState {
  const entries = Object.entries(metrics).flatMap(([of, table], index) =>
    Array.from({ length: index === 0 ? 1 : parts }, (_, number): [string, StateEntry] => [
      index === 0 ? 'thing' : `thing/${of}_${number}`,
      entryOf(of, table, number, index > 0),
    ]),
  );
  return {
    id,
    timeoutSeconds: 10,
    entries: new Map(entries),
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
  pendingEvents: [],
  discoveryRevision: 0,
});
