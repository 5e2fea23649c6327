import type { CollectorMetadata } from '../model/collector.ts';
import type { AnyMetricDeclaration, MetricValue } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity, AgentState, BrokerConnectionState, CollectorState, StateEntry } from '../model/state.ts';
import { isAgentConnected, isEntryAvailable } from './availability.ts';
import {
  type AnyTranslatedTableNames,
  english,
  metricNameAlone,
  namesOfTable,
  translateDevice,
  translatePartName,
} from './language.ts';

interface StatusValue {
  name: string;
  value: MetricValue;
  unit?: string;
}

interface DeviceOrPartStatus {
  id: string;
  name: string;
  available: boolean;
  error?: string;
  /** How to make the reading complete. */
  hint?: string;
  since: string;
  values: Record<string, StatusValue>;
}

interface DeviceStatus extends DeviceOrPartStatus {
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  softwareVersion?: string;
  liesOn?: readonly string[];
  mounts?: readonly string[];
  parts: (DeviceOrPartStatus & { kind: string })[];
}

export interface CollectorReadings {
  agent: string;
  site: string | null;
  collector: string;
  ok: boolean;
  error?: string;
  /** Problems that belong to no device. */
  complaints: readonly string[];
  /** Time of the last successful reading. */
  lastSuccess: string | null;
  devices: DeviceStatus[];
}

function statusValue(
  key: string,
  metric: AnyMetricDeclaration,
  { sample }: StateEntry,
  broker: BrokerConnectionState,
  names: AnyTranslatedTableNames | undefined,
): [string, StatusValue] {
  const unit = 'unit' in metric ? metric.unit : undefined;
  const value = 'followsAgentStatus' in metric ? isAgentConnected(broker) : (sample?.[key] ?? null);
  const shown = typeof value === 'string' ? (names?.states?.[key]?.[value] ?? value) : value;
  return [key, { name: metricNameAlone(names, key, metric), value: shown, ...(unit === undefined ? {} : { unit }) }];
}

function deviceOrPartStatus(
  collector: CollectorState,
  entry: StateEntry,
  metrics: Record<string, AnyMetricDeclaration>,
  agent: AgentIdentity,
  broker: BrokerConnectionState,
  names: AnyTranslatedTableNames | undefined,
): DeviceOrPartStatus {
  const { device, part, error, hint, since } = entry;
  return {
    id: part === undefined ? slug(device.id) : part.id,
    name: part === undefined ? translateDevice(names, agent, device).name : translatePartName(names, part),
    available: isEntryAvailable(collector, entry),
    ...(error === undefined ? {} : { error }),
    ...(hint === undefined ? {} : { hint }),
    since: since.toISOString(),
    values: Object.fromEntries(
      Object.entries(metrics).map(([key, metric]) => statusValue(key, metric, entry, broker, names)),
    ),
  };
}

/** Path of a collector's last readings. */
export const statusEndpointPath = ({ id, endpoint = id }: CollectorMetadata): string => `/${endpoint}/status`;

/** A collector's last readings, as `/<endpoint>/status` returns them; undefined for one that is off. With a language,
 * names and states are those that people read. */
export function buildCollectorReadings(
  { id, tables }: CollectorMetadata,
  agent: AgentIdentity,
  state: AgentState,
  language = english,
): CollectorReadings | undefined {
  const collector = state.collectors.get(id);
  if (collector === undefined) return undefined;
  const devices = new Map<string, DeviceStatus>();
  for (const entry of collector.entries.values()) {
    if (entry.excluded) continue;
    const { manufacturer, model, serialNumber, softwareVersion, liesOn, mounts } = entry.device;
    const deviceInfo = { manufacturer, model, serialNumber, softwareVersion, liesOn: liesOn?.map(slug), mounts };
    const names = namesOfTable(language, id, entry.table);
    const common = deviceOrPartStatus(collector, entry, tables[entry.table]?.metrics ?? {}, agent, state.broker, names);
    const device = devices.get(entry.device.id);
    if (entry.part === undefined)
      devices.set(entry.device.id, {
        ...common,
        ...JSON.parse(JSON.stringify(deviceInfo)),
        parts: device?.parts ?? [],
      });
    else if (device !== undefined) device.parts.push({ kind: entry.table, ...common });
  }
  return {
    agent: agent.name,
    site: agent.site ?? null,
    collector: id,
    ok: collector.error === undefined,
    ...(collector.error === undefined ? {} : { error: collector.error }),
    complaints: collector.complaints.map(({ text }) => text),
    lastSuccess: collector.lastSuccess?.toISOString() ?? null,
    devices: [...devices.values()],
  };
}
