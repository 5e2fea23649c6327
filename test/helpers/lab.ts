import { allCollectors } from '../../src/collectors/index.ts';
import { buildPartAddress, collectorDeviceAddress, pathBelowCollector } from '../../src/model/address.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { Device, DevicePart } from '../../src/model/device.ts';
import type { AnyMetricDeclaration, MetricValue } from '../../src/model/metric.ts';
import type { AgentIdentity, AgentState, CollectorState, StateEntry } from '../../src/model/state.ts';
import { Topics } from '../../src/model/topics.ts';
import { english } from '../../src/views/language.ts';
import { stateAndMemoryPayloadsByTopic } from '../../src/views/state-and-event-payloads.ts';
import { discoveryPayloads } from './discovery.ts';

interface Thing {
  table: string;
  device: Device;
  part?: DevicePart;
}

export interface Machine {
  agent: AgentIdentity;
  things: Record<string, Thing[]>;
}

const plausible: Record<string, number> = {
  '%': 37,
  '°C': 41,
  d: 120,
  h: 8123,
  GiB: 310,
  GB: 512,
  TB: 87.3,
  'Mbit/s': 84,
  'MB/s': 12,
  ms: 12,
  MiB: 71,
  MHz: 2400,
  rpm: 900,
};

/** A value that such a metric might have on a good day. */
function goodValue(key: string, metric: AnyMetricDeclaration): MetricValue {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return key === 'percentage_used'
        ? 12
        : key === 'life_left'
          ? 88
          : key === 'available_spare'
            ? 100
            : (plausible[metric.unit ?? ''] ?? 0);
    case 'boolean':
      return metric.deviceClass === 'connectivity' || metric.deviceClass === 'running';
    case 'enum':
      return metric.options[0] ?? null;
    case 'text':
      return 'none';
    case 'timestamp':
      return '2026-01-02T03:04:05.000Z';
    case 'update':
      return { installed: '1.0', latest: '1.0' };
  }
}

const declarations: readonly CollectorMetadata[] = allCollectors;

function stateOf({ things }: Machine): AgentState {
  const states = declarations.flatMap(({ id, tables }): [string, CollectorState][] => {
    const entries = (things[id] ?? []).map((thing): [string, StateEntry] => {
      const table = tables[thing.table]?.metrics ?? {};
      const { device, part } = thing;
      const address =
        part === undefined ? collectorDeviceAddress(id, device) : buildPartAddress(id, device, thing.table, part);
      const sample = Object.fromEntries(Object.entries(table).map(([key, metric]) => [key, goodValue(key, metric)]));
      return [
        pathBelowCollector(address),
        {
          ...thing,
          address,
          sample,
          findings: new Map(),
          presentMetrics: new Set(Object.keys(table)),
          since: new Date(0),
        },
      ];
    });
    return entries.length === 0
      ? []
      : [
          [
            id,
            {
              id,
              title: declarations.find((one) => one.id === id)?.title ?? id,
              timeoutSeconds: 10,
              entries: new Map(entries),
              complaints: [],
              consecutiveFailures: 0,
              skippedTicks: 0,
            },
          ],
        ];
  });
  return {
    collectors: new Map(states),
    broker: { url: '', connected: true, since: new Date(0), reconnects: 0 },
    memories: new Map(),
    restoredProblems: new Map(),
    announcedDevices: new Map(),
    forgotten: new Set<string>(),
    toldProblems: new Map(),
    owners: new Map(),
    pendingEvents: [],
    discoveryRevision: 1,
  };
}

const part = (id: string, name = id): { part: DevicePart } => ({ part: { id, name } });

function machine(name: string, site: string, more: Record<string, (device: Device) => Thing[]> = {}): Machine {
  const device = { id: name, name };
  const things = {
    host: [
      { table: 'host', device },
      { table: 'filesystem', device, ...part('root', 'File system /') },
      { table: 'interface', device, ...part('eth0') },
      { table: 'disk', device, ...part('sda') },
    ],
    ...Object.fromEntries(Object.entries(more).map(([id, of]) => [id, of(device)])),
  };
  const watched = Object.keys(things).map((id) => ({ table: 'collector', device, ...part(id, `${id} collector`) }));
  const agent = {
    id: name,
    name,
    site,
    version: '1.2.3',
    startedAt: new Date(0),
    baseTopic: 'infra-monitor',
    discoveryPrefix: 'homeassistant',
    homeAssistantBirth: { topic: 'homeassistant/status', payload: 'online' },
  };
  return { agent, things: { ...things, agent: [{ table: 'agent', device }, ...watched] } };
}

const drive = (id: string, name: string) => (of: Device) => ({
  table: 'drive',
  device: { id, name, model: name, via: of.id },
});

/** Collectors that have a device of their own, by the main table of each. */
const others = declarations.filter(({ id }) => !['host', 'nvme', 'agent'].includes(id));
const names: Record<string, string> = { router: 'Box', home_assistant: 'Home', sites: 'Hamburg' };
const oneOfEach = Object.fromEntries(
  others.map(({ id, tables }) => [
    id,
    () => [
      {
        table: Object.entries(tables).find(([, { isMain }]) => isMain)?.[0] ?? '',
        device: { id: `${id}-1`, name: names[id] ?? id },
      },
    ],
  ]),
);

/** Three machines at two sites, with two drives, and one device of each further collector. */
export const exampleLab: readonly Machine[] = [
  machine('nas', 'Berlin', {
    nvme: (of) => [drive('S4EWNX0N1', 'Samsung 980')(of), drive('WD1234567', 'WD Red SN700')(of)],
  }),
  machine('pi', 'Berlin', oneOfEach),
  machine('cabin', 'Hamburg'),
];

/** All that an agent in this state would have retained on the broker. */
export const retainedInState = (agent: AgentIdentity, state: AgentState, language = english): Map<string, string> =>
  new Map([
    ...stateAndMemoryPayloadsByTopic(declarations, agent, state),
    ...discoveryPayloads(declarations, agent, state, language),
    [new Topics(agent).status, 'online'],
  ]);

/** All that a machine's agent would have retained on the broker. */
export const retainedOf = (one: Machine): Map<string, string> => retainedInState(one.agent, stateOf(one));

/** The discovery payloads of a lab. */
export const announcementsOf = (machines: readonly Machine[], language = english) =>
  machines.flatMap((one) =>
    [...retainedInState(one.agent, stateOf(one), language)]
      .filter(([topic]) => topic.startsWith(one.agent.discoveryPrefix))
      .map(([, payload]) => payload),
  );
