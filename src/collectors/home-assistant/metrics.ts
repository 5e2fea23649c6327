import type { ActionDeclarations } from '../../model/action.ts';
import type { EventDeclaration } from '../../model/event.ts';
import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import { declareDeviceTable } from '../../model/table.ts';
import { toBaseUnit } from '../../model/unit.ts';
import type { UpdatablePart } from './instance-details.ts';
import { instanceEventTypes } from './instance-history.ts';
import { instanceStates } from './instance-state.ts';
import { instanceFindings } from './problems.ts';
import type { InstanceReading } from './reading.ts';
import type { HomeAssistantTexts } from './texts.ts';

type Instance = MetricDeclarations<InstanceReading>;

const dayMs = 24 * 3600 * 1000;

const updateMetric = (name: string, part: UpdatablePart): Instance[string] => ({
  kind: 'update',
  name,
  icon: 'mdi:package-up',
  ...diagnostic,
  optional: true,
  value: ({ visit }) => visit.details?.updates[part],
});

const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

const instanceMetrics = {
  reachable: { kind: 'boolean', name: 'Reachable', deviceClass: 'connectivity', value: ({ visit }) => visit.reachable },
  state: {
    kind: 'enum',
    name: 'State',
    options: instanceStates,
    icon: 'mdi:home-assistant',
    value: ({ visit }) => visit.state,
  },
  version: { kind: 'text', name: 'Version', icon: 'mdi:tag', ...diagnostic, value: ({ visit }) => visit.version },
  hint: {
    kind: 'text',
    name: 'What to do',
    icon: 'mdi:lightbulb-on-outline',
    ...diagnostic,
    optional: true,
    value: (r, texts?: HomeAssistantTexts) => r.hint?.(texts),
  },
  latency: {
    kind: 'gauge',
    name: 'Latency',
    deviceClass: 'duration',
    unit: 'ms',
    deadband: 10,
    ...diagnostic,
    value: ({ visit }) => visit.latencySeconds,
  },
  started: { kind: 'timestamp', name: 'Started', deadband: 60, value: ({ history }) => dateOf(history?.started) },
  restarts: {
    kind: 'counter',
    name: 'Restarts',
    icon: 'mdi:restart',
    ...diagnostic,
    value: ({ history }) => history?.restarts,
  },
  outages: {
    kind: 'counter',
    name: 'Outages',
    icon: 'mdi:lan-disconnect',
    ...diagnostic,
    value: ({ history }) => history?.outages,
  },
  outage_began: {
    kind: 'timestamp',
    name: 'Last outage began',
    ...disabledDiagnostic,
    optional: true,
    value: ({ history }) => dateOf(history?.outage?.since ?? history?.last_outage?.from),
  },
  outage_ended: {
    kind: 'timestamp',
    name: 'Last outage ended',
    ...disabledDiagnostic,
    optional: true,
    value: ({ history }) => (history?.outage ? undefined : dateOf(history?.last_outage?.to)),
  },

  entities: {
    kind: 'gauge',
    name: 'Entities',
    icon: 'mdi:shape',
    ...diagnostic,
    optional: true,
    value: ({ visit }) => visit.details?.entities,
  },
  unavailable_entities: {
    kind: 'gauge',
    name: 'Unavailable entities',
    icon: 'mdi:shape-outline',
    optional: true,
    value: ({ visit }) => visit.details?.unavailable,
  },
  repairs: {
    kind: 'gauge',
    name: 'Open repairs',
    icon: 'mdi:wrench',
    optional: true,
    value: ({ visit }) => visit.details?.repairs,
  },
  migration: {
    kind: 'boolean',
    name: 'Recorder migration',
    deviceClass: 'running',
    ...diagnostic,
    optional: true,
    value: ({ visit }) => visit.migrating,
  },
  last_backup: {
    kind: 'timestamp',
    name: 'Last automatic backup',
    ...diagnostic,
    optional: true,
    value: ({ visit }) => visit.details?.backups?.completed ?? undefined,
  },
  core: updateMetric('Core update', 'core'),
  operating_system: updateMetric('Operating system update', 'operating_system'),
  supervisor: updateMetric('Supervisor update', 'supervisor'),
  certificate_left: {
    kind: 'gauge',
    name: 'Certificate days left',
    deviceClass: 'duration',
    unit: 'd',
    ...diagnostic,
    optional: true,
    // Negative once it has expired.
    least: Number.NEGATIVE_INFINITY,
    // In whole days, so that it changes once a day.
    value: ({ visit: { certificate } }) =>
      certificate && toBaseUnit(Math.floor((certificate.validTo.getTime() - Date.now()) / dayMs), 'd'),
  },
} satisfies Instance;

const instanceActions = {
  try_token: { name: 'Try token again', icon: 'mdi:key-arrow-right', category: 'config' },
} satisfies ActionDeclarations;

const instanceEvent: EventDeclaration = { name: 'Event', icon: 'mdi:bell-outline', types: instanceEventTypes };

export const homeAssistantTables = {
  instance: declareDeviceTable({
    title: 'Home Assistant',
    icon: 'mdi:home-assistant',
    isMain: true,
    metrics: instanceMetrics,
    actions: instanceActions,
    event: instanceEvent,
    problems: instanceFindings,
  }),
};
