import type { CollectorMetadata } from '../model/collector.ts';
import { ownTopicsFilter } from '../model/naming.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { offlinePayload } from './availability.ts';
import type { RetainedPayloadsByTopic } from './state-and-event-payloads.ts';

/** Payloads for this agent's retained topics that the current state lacks: an empty one removes a topic that can't be declared any
 * more; the availability of what was merely not read becomes `offline`. */
export function orphanedPayloadsByTopic(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
  current: RetainedPayloadsByTopic,
): RetainedPayloadsByTopic {
  const root = ownTopicsFilter(agent).slice(0, -1);
  const payloads = new Map<string, string>();
  for (const topic of retained.keys()) {
    if (!topic.startsWith(root) || topic === `${root}status` || current.has(topic)) continue;
    const payload = orphanPayload(topic.slice(root.length).split('/'), catalogue, state);
    if (payload !== undefined) payloads.set(topic, payload);
  }
  return payloads;
}

/** Empty to remove the topic, undefined to leave it as it is. */
function orphanPayload(
  [id = '', device, ...rest]: string[],
  catalogue: readonly CollectorMetadata[],
  state: AgentState,
): string | undefined {
  const declaration = catalogue.find((collector) => collector.id === id);
  const last = rest.at(-1);
  if (declaration?.memory !== undefined && last === 'memory') return undefined;
  if (last === 'command') return '';
  const collector = state.collectors.get(id);
  if (declaration === undefined || collector === undefined) return '';
  const part = rest.find((name) => name !== 'availability');
  const isDeclared =
    part === undefined || part.split('_')[0] === undefined || (part.split('_')[0] ?? '') in declaration.metrics;
  const excluded = collector.entries.get(part === undefined ? `${device}` : `${device}/${part}`)?.excluded;
  if (!isDeclared || excluded) return '';
  return last === 'availability' ? offlinePayload : undefined;
}
