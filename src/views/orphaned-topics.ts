import type { CollectorDeclaration } from '../model/collector.ts';
import { ownTopics } from '../model/naming.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { offlinePayload } from './availability.ts';
import type { RetainedPayloads } from './state-topics.ts';

/** What to do with own topics that the broker kept and that no reading speaks of now: what can't be declared any more goes;
 * what merely was not read stays, unavailable. */
export function orphanedTopics(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
  current: RetainedPayloads,
): RetainedPayloads {
  const root = ownTopics(agent).slice(0, -1);
  const publications = new Map<string, string>();
  for (const topic of retained.keys()) {
    if (!topic.startsWith(root) || topic === `${root}status` || current.has(topic)) continue;
    const verdict = orphanPayload(topic.slice(root.length).split('/'), catalogue, state);
    if (verdict !== undefined) publications.set(topic, verdict);
  }
  return publications;
}

/** Empty: remove it. Undefined: leave it. */
function orphanPayload(
  [id = '', device, ...rest]: string[],
  catalogue: readonly CollectorDeclaration[],
  state: AgentState,
): string | undefined {
  const declaration = catalogue.find((collector) => collector.id === id);
  const last = rest.at(-1);
  if (declaration?.memory !== undefined && last === 'memory') return undefined;
  if (last === 'command') return '';
  const collector = state.collectors.get(id);
  if (declaration === undefined || collector === undefined) return '';
  const part = rest.find((name) => name !== 'availability');
  const known =
    part === undefined || part.split('_')[0] === undefined || (part.split('_')[0] ?? '') in declaration.metrics;
  const excluded = collector.entries.get(part === undefined ? `${device}` : `${device}/${part}`)?.excluded;
  if (!known || excluded) return '';
  return last === 'availability' ? offlinePayload : undefined;
}
