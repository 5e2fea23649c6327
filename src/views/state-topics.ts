import type { CollectorDeclaration } from '../model/collector.ts';
import type { AnyMetric, MetricValue } from '../model/metric.ts';
import { availabilityTopic, memoryTopic, stateTopic } from '../model/naming.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { isAvailable, offlinePayload, onlinePayload } from './availability.ts';

/** Payloads by their topics, all to be retained; an empty payload removes what is there. */
export type RetainedPayloads = Map<string, string>;

/** Home Assistant's binary sensors take these without a template. */
const valueInJson = (value: MetricValue) => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : value);

/** Every metric of the table, so that no template ever misses a key. */
const statePayload = (metrics: Record<string, AnyMetric>, { sample }: StateEntry) =>
  JSON.stringify(Object.fromEntries(Object.keys(metrics).map((key) => [key, valueInJson(sample?.[key] ?? null)])));

/** State and availability of each device and part, and what is to outlive the process. */
export function statePayloads(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
): RetainedPayloads {
  const publications = new Map(
    [...state.memories].map(([path, content]) => [memoryTopic(agent, path), JSON.stringify(content)]),
  );
  for (const { id, metrics } of catalogue) {
    const collector = state.collectors.get(id);
    for (const [path, entry] of collector?.entries ?? []) {
      if (collector === undefined || entry.excluded) continue;
      publications.set(stateTopic(agent, id, path), statePayload(metrics[entry.table] ?? {}, entry));
      publications.set(
        availabilityTopic(agent, id, path),
        isAvailable(collector, entry) ? onlinePayload : offlinePayload,
      );
    }
  }
  return publications;
}
