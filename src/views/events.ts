import type { UntoldEvent } from '../model/event.ts';
import { eventTopic } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';

/** The message that tells an event; it is not to be retained, or it would happen again at each subscription. */
export function eventMessage(agent: Agent, { collector, device, happening: { type, ...attributes } }: UntoldEvent): { topic: string; payload: string } {
  return { topic: eventTopic(agent, collector, device), payload: JSON.stringify({ event_type: type, ...attributes }) };
}
