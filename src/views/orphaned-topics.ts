import { isForgotten, memoryKey, pathBelowCollector } from '../model/address.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { type ParsedTopic, Topics } from '../model/topics.ts';
import { offlinePayload } from './availability.ts';
import type { RetainedPayloadsByTopic } from './state-and-event-payloads.ts';

/** Payloads for those of this agent's retained topics that the current state lacks: an empty one removes a topic that
 * can't be declared any more; the availability of what was merely not read becomes `offline`. */
export function emptyOrOfflineOrphanPayloads(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: Pick<AgentState, 'collectors' | 'owners' | 'forgotten'>,
  retained: Iterable<string>,
  current: RetainedPayloadsByTopic,
): RetainedPayloadsByTopic {
  const topics = new Topics(agent);
  const payloads = new Map<string, string>();
  for (const topic of retained) {
    if (!topics.isOwn(topic) || topic === topics.status || current.has(topic)) continue;
    const payload = orphanPayload(topics.parse(topic), catalogue, state);
    if (payload !== undefined) payloads.set(topic, payload);
  }
  return payloads;
}

/** Empty to remove the topic, undefined to leave it as it is. */
function orphanPayload(
  topic: ParsedTopic | undefined,
  catalogue: readonly CollectorMetadata[],
  state: Pick<AgentState, 'collectors' | 'owners' | 'forgotten'>,
): string | undefined {
  // The list of problems stays until the agent is forgotten; that of topics is not judged by the state.
  if (topic?.kind === 'problems' || topic?.kind === 'index') return undefined;
  if (topic === undefined || !('address' in topic)) return '';
  const { kind, address } = topic;
  if (isForgotten(state.forgotten, address)) return '';
  const declaration = catalogue.find(({ id }) => id === address.collector);
  if (declaration?.memory !== undefined && kind === 'memory') return undefined;
  if (kind === 'command') return '';
  const collector = state.collectors.get(address.collector);
  if (declaration === undefined || collector === undefined) return '';
  const isDeclared = address.part === undefined || address.part.table in declaration.tables;
  if (address.part !== undefined && state.owners.has(memoryKey(address))) return '';
  if (!isDeclared || collector.entries.get(pathBelowCollector(address))?.excluded) return '';
  return kind === 'availability' ? offlinePayload : undefined;
}
