import type { Actions } from '../../model/action.ts';
import type { EventDeclaration } from '../../model/event.ts';
import type { Metrics } from '../../model/metric.ts';
import { types } from './history.ts';
import type { Part } from './insight.ts';
import type { InstanceReading } from './reading.ts';
import { states } from './states.ts';

type Instance = Metrics<InstanceReading>;

const diagnostic = { category: 'diagnostic' } as const;
const waiting = { ...diagnostic, enabled: false } as const;

const day = 24 * 3600 * 1000;

const update = (name: string, part: Part): Instance[string] => ({
  kind: 'version',
  name,
  icon: 'mdi:package-up',
  ...diagnostic,
  optional: true,
  value: ({ sight }) => sight.insight?.updates[part],
});

const moment = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

const instance: Instance = {
  reachable: { kind: 'flag', name: 'Reachable', deviceClass: 'connectivity', value: ({ sight }) => sight.reachable },
  state: { kind: 'choice', name: 'State', options: states, icon: 'mdi:home-assistant', value: ({ sight }) => sight.state },
  version: { kind: 'text', name: 'Version', icon: 'mdi:tag', ...diagnostic, value: ({ sight }) => sight.version },
  hint: { kind: 'text', name: 'What to do', icon: 'mdi:lightbulb-on-outline', ...diagnostic, optional: true, value: (r) => r.hint },
  latency: { kind: 'gauge', name: 'Latency', deviceClass: 'duration', unit: 'ms', jitter: 10, ...diagnostic, value: ({ sight }) => sight.latency },
  started: { kind: 'instant', name: 'Started', jitter: 60, value: ({ history }) => moment(history?.started) },
  restarts: { kind: 'counter', name: 'Restarts', icon: 'mdi:restart', ...diagnostic, value: ({ history }) => history?.restarts },
  outages: { kind: 'counter', name: 'Outages', icon: 'mdi:lan-disconnect', ...diagnostic, value: ({ history }) => history?.outages },
  outage_began: { kind: 'instant', name: 'Last outage began', ...waiting, optional: true, value: ({ history }) => moment(history?.outage?.since ?? history?.last_outage?.from) },
  outage_ended: {
    kind: 'instant',
    name: 'Last outage ended',
    ...waiting,
    optional: true,
    value: ({ history }) => (history?.outage ? undefined : moment(history?.last_outage?.to)),
  },

  entities: { kind: 'gauge', name: 'Entities', icon: 'mdi:shape', ...diagnostic, optional: true, value: ({ sight }) => sight.insight?.entities },
  unavailable_entities: { kind: 'gauge', name: 'Unavailable entities', icon: 'mdi:shape-outline', optional: true, value: ({ sight }) => sight.insight?.unavailable },
  repairs: { kind: 'gauge', name: 'Open repairs', icon: 'mdi:wrench', optional: true, value: ({ sight }) => sight.insight?.repairs },
  migration: { kind: 'flag', name: 'Recorder migration', deviceClass: 'running', ...diagnostic, optional: true, value: ({ sight }) => sight.insight?.migrating },
  core: update('Core update', 'core'),
  operating_system: update('Operating system update', 'operating_system'),
  supervisor: update('Supervisor update', 'supervisor'),
  certificate_left: {
    kind: 'gauge',
    name: 'Certificate days left',
    deviceClass: 'duration',
    unit: 'd',
    ...diagnostic,
    optional: true,
    value: ({ sight: { certificate } }) => certificate && Math.floor((certificate.validTo.getTime() - Date.now()) / day),
  },
};

export const metrics = { instance };

const instanceActions: Actions = {
  try_token: { name: 'Try token again', icon: 'mdi:key-arrow-right', category: 'config' },
};

export const actions = { instance: instanceActions };

const instanceEvents: EventDeclaration = { name: 'Event', icon: 'mdi:bell-outline', types };

export const events = { instance: instanceEvents };
