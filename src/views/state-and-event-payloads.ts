import { memoryKey } from '../model/address.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { PendingEvent } from '../model/event.ts';
import { type AnyMetricDeclaration, type MetricValue, type MetricValuesByKey, metricEntries } from '../model/metric.ts';
import { type DeviceOwner, mayReportMetric } from '../model/shared-device.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { isEntryAvailable, offlinePayload, onlinePayload } from './availability.ts';
import type { Language } from './language.ts';
import { problemsPayload } from './problems-payload.ts';

/** Payloads to retain, by topic; an empty one removes the topic. */
export type RetainedPayloadsByTopic = Map<string, string>;

/** A value in a state topic; booleans are the default payloads of Home Assistant's binary sensors. */
const valueInJson = (value: MetricValue) => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : value);

/** State of an entry with every metric of its table, so that no template misses a key. What another agent reports is
 * unknown. */
function statePayload(
  metrics: Record<string, AnyMetricDeclaration>,
  entry: StateEntry,
  owner: DeviceOwner | undefined,
): string {
  const values: MetricValuesByKey = {};
  for (const [key, metric] of metricEntries(metrics))
    values[key] = valueInJson((mayReportMetric(owner, entry, metric) ? entry.sample?.[key] : undefined) ?? null);
  return JSON.stringify(values);
}

/** State and availability of each device and part, the list of problems, and the memories that outlive the process. */
export function stateAndMemoryPayloadsByTopic(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  language?: Language,
): RetainedPayloadsByTopic {
  const topics = new Topics(agent);
  const payloads = new Map([...state.memories].map(([key, { payload }]) => [topics.memory(key), payload]));
  const problems = problemsPayload(catalogue, agent, state, language);
  if (problems !== undefined) payloads.set(topics.problems, problems);
  for (const { id, tables } of catalogue) {
    const collector = state.collectors.get(id);
    for (const entry of collector?.entries.values() ?? []) {
      const owner = state.owners.get(memoryKey(entry.address));
      if (collector === undefined || entry.excluded || (owner !== undefined && entry.part !== undefined)) continue;
      payloads.set(topics.state(entry.address), statePayload(tables[entry.table]?.metrics ?? {}, entry, owner));
      payloads.set(
        topics.availability(entry.address),
        isEntryAvailable(collector, entry) ? onlinePayload : offlinePayload,
      );
    }
  }
  return payloads;
}

/** Message of an event. It must not be retained: each new subscription would fire the event again. */
export function eventTopicAndPayload(
  agent: AgentIdentity,
  { address, event: { type, ...attributes } }: PendingEvent,
): { topic: string; payload: string } {
  return { topic: new Topics(agent).event(address), payload: JSON.stringify({ event_type: type, ...attributes }) };
}
