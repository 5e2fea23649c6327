import type { Declaration } from '../model/collector.ts';
import type { AnyMetric, Value } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { Agent, CollectorState, Entry, State } from '../model/state.ts';
import { isAvailable } from './availability.ts';

interface Measured {
  name: string;
  value: Value;
  unit?: string;
}

interface Thing {
  id: string;
  name: string;
  available: boolean;
  error?: string;
  /** What would make the reading whole. */
  hint?: string;
  since: string;
  values: Record<string, Measured>;
}

interface DeviceStatus extends Thing {
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  softwareVersion?: string;
  parts: (Thing & { kind: string })[];
}

export interface Status {
  agent: string;
  site: string | null;
  collector: string;
  ok: boolean;
  error?: string;
  /** What is wrong and belongs to no device. */
  complaints: readonly string[];
  /** When it was last read with success. */
  lastSuccess: string | null;
  devices: DeviceStatus[];
}

function measured(key: string, metric: AnyMetric, { sample }: Entry): [string, Measured] {
  const unit = 'unit' in metric ? metric.unit : undefined;
  return [key, { name: metric.name, value: sample?.[key] ?? null, ...(unit === undefined ? {} : { unit }) }];
}

function thing(collector: CollectorState, entry: Entry, metrics: Record<string, AnyMetric>): Thing {
  const { device, part, error, hint, since } = entry;
  return {
    id: part === undefined ? slug(device.id) : part.id,
    name: part?.name ?? device.name,
    available: isAvailable(collector, entry),
    ...(error === undefined ? {} : { error }),
    ...(hint === undefined ? {} : { hint }),
    since: since.toISOString(),
    values: Object.fromEntries(Object.entries(metrics).map(([key, metric]) => measured(key, metric, entry))),
  };
}

/** Where a collector's last readings are. */
export const statusPath = ({ id, endpoint = id }: Declaration): string => `/${endpoint}/status`;

/** A collector's last readings, as `/<id>/status` answers them. */
export function status({ id, metrics }: Declaration, agent: Agent, state: State): Status | undefined {
  const collector = state.collectors.get(id);
  if (collector === undefined) return undefined;
  const devices = new Map<string, DeviceStatus>();
  for (const entry of collector.entries.values()) {
    if (entry.excluded) continue;
    const { manufacturer, model, serialNumber, softwareVersion } = entry.device;
    const about = { manufacturer, model, serialNumber, softwareVersion };
    const told = thing(collector, entry, metrics[entry.of] ?? {});
    const device = devices.get(entry.device.id);
    if (entry.part === undefined) devices.set(entry.device.id, { ...told, ...JSON.parse(JSON.stringify(about)), parts: device?.parts ?? [] });
    else if (device !== undefined) device.parts.push({ kind: entry.of, ...told });
  }
  return {
    agent: agent.name,
    site: agent.site ?? null,
    collector: id,
    ok: collector.error === undefined,
    ...(collector.error === undefined ? {} : { error: collector.error }),
    complaints: collector.complaints,
    lastSuccess: collector.lastSuccess?.toISOString() ?? null,
    devices: [...devices.values()],
  };
}
