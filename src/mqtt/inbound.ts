import { memoryKey } from '../model/address.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { onlinePayload } from '../views/availability.ts';
import type { ReceivedMessage } from './single-use-broker-connection.ts';

export interface DeviceCommand {
  collector: string;
  device: string;
  action: string;
}

/** What a message on one of the topics that an agent follows says. */
export interface InboundMessageListener {
  homeAssistantOnline(): void;
  /** `isRetained`: it went offline before this connection began. */
  homeAssistantOffline(isRetained: boolean): void;
  /** A message on the ping topic, which other agents publish, too. */
  pingReceived(message: ReceivedMessage): void;
  /** The broker has published that this agent is offline, or somebody has published anything else than online. */
  ownStatusReplaced(): void;
  commandReceived(command: DeviceCommand): void;
  /** An announcement of this agent was published; empty if it was cleared. */
  announcementPublished(device: string, topic: string, payload: string): void;
  /** An announcement that was retained before this connection began. */
  announcementRetained(device: string, topic: string, payload: string): void;
  /** A memory that was retained before this connection began. */
  memoryRetained(topic: string, payload: string): void;
  /** The list of problems that was retained before this connection began. */
  problemsRetained(topic: string, payload: string): void;
}

/** The memories among retained messages, by collector and device. */
export function selectMemoryPayloads(agent: AgentIdentity, retained: ReadonlyMap<string, string>): Map<string, string> {
  const topics = new Topics(agent);
  const memories = new Map<string, string>();
  for (const [topic, payload] of retained) {
    const parsed = topics.parse(topic);
    if (parsed?.kind !== 'memory' || parsed.agent !== agent.id || parsed.address.part !== undefined) continue;
    memories.set(memoryKey(parsed.address), payload);
  }
  return memories;
}

/** Tells the listener what a message says. */
export function dispatchInboundMessage(
  agent: AgentIdentity,
  message: ReceivedMessage,
  listener: InboundMessageListener,
): void {
  const { topic, payload, retained } = message;
  const parsed = new Topics(agent).parse(topic);
  if (parsed === undefined || ('agent' in parsed && parsed.agent !== agent.id)) return;
  switch (parsed.kind) {
    case 'ping':
      listener.pingReceived(message);
      return;
    case 'status':
      if (!retained && payload !== onlinePayload) listener.ownStatusReplaced();
      return;
    case 'homeAssistantStatus':
      if (payload !== agent.homeAssistantBirth.payload) listener.homeAssistantOffline(retained);
      // A retained birth message says nothing new: Home Assistant counts as present.
      else if (!retained) listener.homeAssistantOnline();
      return;
    case 'discovery':
      if (!retained) listener.announcementPublished(parsed.device, topic, payload);
      else if (payload !== '') listener.announcementRetained(parsed.device, topic, payload);
      return;
    case 'memory':
      if (retained && payload !== '') listener.memoryRetained(topic, payload);
      return;
    case 'problems':
      if (retained && payload !== '') listener.problemsRetained(topic, payload);
      return;
    case 'command':
      if (retained || parsed.address.part !== undefined) return;
      listener.commandReceived({ collector: parsed.address.collector, device: parsed.address.device, action: payload });
      return;
  }
}
