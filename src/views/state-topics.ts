import type { Declaration } from '../model/collector.ts';
import type { AnyMetric, Value } from '../model/metric.ts';
import { availabilityTopic, memoryTopic, stateTopic } from '../model/naming.ts';
import type { Agent, Entry, State } from '../model/state.ts';
import { isAvailable, offline, online } from './availability.ts';
import type { Publications } from './publications.ts';

/** Home Assistant's binary sensors take these without a template. */
const inJson = (value: Value) => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : value);

/** Every metric of the table, so that no template ever misses a key. */
const payload = (metrics: Record<string, AnyMetric>, { sample }: Entry) =>
  JSON.stringify(Object.fromEntries(Object.keys(metrics).map((key) => [key, inJson(sample?.[key] ?? null)])));

/** State and availability of each device and part, and what is to outlive the process. */
export function stateTopics(catalogue: readonly Declaration[], agent: Agent, state: State): Publications {
  const publications = new Map([...state.memories].map(([path, content]) => [memoryTopic(agent, path), JSON.stringify(content)]));
  for (const { id, metrics } of catalogue) {
    const collector = state.collectors.get(id);
    for (const [path, entry] of collector?.entries ?? []) {
      if (collector === undefined || entry.excluded) continue;
      publications.set(stateTopic(agent, id, path), payload(metrics[entry.of] ?? {}, entry));
      publications.set(availabilityTopic(agent, id, path), isAvailable(collector, entry) ? online : offline);
    }
  }
  return publications;
}
