import type { PendingEvent } from '../model/event.ts';
import { eventTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';

/** The message that tells an event; it is not to be retained, or it would happen again at each subscription. */
export function eventMessage(
  agent: AgentIdentity,
  { collector, device, event: { type, ...attributes } }: PendingEvent,
): { topic: string; payload: string } {
  return { topic: eventTopic(agent, collector, device), payload: JSON.stringify({ event_type: type, ...attributes }) };
}
