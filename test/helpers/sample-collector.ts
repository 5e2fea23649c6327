import * as z from 'zod/mini';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { CollectorDefinition, ObservationOrComplaint } from '../../src/model/collector.ts';
import type { MetricDeclarations } from '../../src/model/metric.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { declareDeviceTable, declarePartTable } from '../../src/model/table.ts';
import { toBaseUnit } from '../../src/model/unit.ts';

export const agent: AgentIdentity = {
  id: 'nas',
  name: 'nas',
  version: '1.2.3',
  startedAt: new Date('2026-01-02T03:04:05Z'),
  baseTopic: 'infra-monitor',
  discoveryPrefix: 'homeassistant',
  homeAssistantBirth: { topic: 'homeassistant/status', payload: 'online' },
};

export interface Probe {
  /** Percent. */
  level?: number | undefined;
  /** GB. */
  total?: number | undefined;
  on?: boolean | undefined;
  mood?: string | undefined;
  note?: string | undefined;
  since?: Date | undefined;
  firmware?: { installed: string; latest: string } | undefined;
  rare?: number | undefined;
}

const thing: MetricDeclarations<Probe> = {
  level: { kind: 'gauge', name: 'Level', unit: '%', precision: 1, deadband: 1, value: (r) => toBaseUnit(r.level, '%') },
  total: {
    kind: 'counter',
    name: 'Total',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 1,
    deadband: 0.5,
    value: (r) => toBaseUnit(r.total, 'GB'),
  },
  on: { kind: 'boolean', name: 'On', deviceClass: 'running', value: (r) => r.on },
  mood: { kind: 'enum', name: 'Mood', options: ['good', 'bad'], value: (r) => r.mood },
  note: { kind: 'text', name: 'Note', category: 'diagnostic', enabled: false, value: (r) => r.note },
  since: { kind: 'timestamp', name: 'Since', deadband: 60, value: (r) => r.since },
  firmware: { kind: 'update', name: 'Firmware', value: (r) => r.firmware },
  rare: { kind: 'gauge', name: 'Rare', optional: true, value: (r) => r.rare },
};
const part: MetricDeclarations<Probe> = { level: thing.level as MetricDeclarations<Probe>[string] };

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type Probes = { thing: Probe; part: Probe };
export type ProbeCollector = CollectorDefinition<Probes>;

/** A collector with every kind of metric that reads what it is given: one folder's worth in one line. */
export const probe = (
  read: (signal: AbortSignal) => Promise<ObservationOrComplaint<Probes>[]>,
  id = 'probe',
): ProbeCollector => ({
  id,
  title: 'Probe',
  env: z.object({}),
  schedule: '* * * * * *',
  tables: {
    thing: declareDeviceTable({
      title: 'Thing',
      icon: 'mdi:cube',
      isMain: true,
      metrics: thing,
      event: { name: 'Event', icon: 'mdi:bell', types: ['restart', 'outage'] },
    }),
    part: declarePartTable({ title: 'Part', icon: 'mdi:cube-outline', metrics: part }),
  },
  open: async () => ({ read }),
});

export const device = { id: 'Thing 1', name: 'Thing' };

/** A state that has taken in these observations, one reading after the other. */
export function stateOf(collector: ProbeCollector, ...readings: ObservationOrComplaint<Probes>[][]): MutableAgentState {
  const records = new MutableAgentState('mqtt://127.0.0.1:1883');
  records.add(collector);
  for (const observations of readings)
    records.record(collector, { ok: true, observations, at: new Date('2026-01-02T03:04:06Z'), seconds: 0.1 });
  return records;
}
