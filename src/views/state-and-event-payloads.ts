import type { CollectorMetadata } from '../model/collector.ts';
import type { PendingEvent } from '../model/event.ts';
import type { AnyMetricDeclaration, MetricValue } from '../model/metric.ts';
import { availabilityTopic, eventTopic, memoryTopic, stateTopic } from '../model/naming.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { isEntryAvailable, offlinePayload, onlinePayload } from './availability.ts';

/** Payloads to retain, by topic; an empty one removes the topic. */
export type RetainedPayloadsByTopic = Map<string, string>;

/** A value in a state topic; booleans are the default payloads of Home Assistant's binary sensors. */
const valueInJson = (value: MetricValue) => (typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : value);

/** State of an entry with every metric of its table, so that no template misses a key. */
const statePayload = (metrics: Record<string, AnyMetricDeclaration>, { sample }: StateEntry) =>
  JSON.stringify(Object.fromEntries(Object.keys(metrics).map((key) => [key, valueInJson(sample?.[key] ?? null)])));

/** State and availability of each device and part, and the memories that outlive the process. */
export function stateAndMemoryPayloadsByTopic(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
): RetainedPayloadsByTopic {
  const payloads = new Map(
    [...state.memories].map(([path, content]) => [memoryTopic(agent, path), JSON.stringify(content)]),
  );
  for (const { id, metrics } of catalogue) {
    const collector = state.collectors.get(id);
    for (const [path, entry] of collector?.entries ?? []) {
      if (collector === undefined || entry.excluded) continue;
      payloads.set(stateTopic(agent, id, path), statePayload(metrics[entry.table] ?? {}, entry));
      payloads.set(
        availabilityTopic(agent, id, path),
        isEntryAvailable(collector, entry) ? onlinePayload : offlinePayload,
      );
    }
  }
  return payloads;
}

/** Message of an event. It must not be retained: each new subscription would fire the event again. */
export function eventTopicAndPayload(
  agent: AgentIdentity,
  { collector, device, event: { type, ...attributes } }: PendingEvent,
): { topic: string; payload: string } {
  return { topic: eventTopic(agent, collector, device), payload: JSON.stringify({ event_type: type, ...attributes }) };
}
