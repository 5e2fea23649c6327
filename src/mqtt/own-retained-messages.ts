import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';

/** This agent's retained messages on the broker, its memory, as they were when the connection began. */
export class OwnRetainedMessages {
  readonly #payloads = new Map<string, string>();
  /** They are being read; others may arrive late; none are expected any more. */
  stage: 'reading' | 'late' | 'complete' = 'reading';

  get payloads(): ReadonlyMap<string, string> {
    return this.#payloads;
  }

  /** False if this payload is known already, or empty. */
  add(topic: string, payload: string): boolean {
    if (payload === '' || this.#payloads.get(topic) === payload) return false;
    this.#payloads.set(topic, payload);
    return true;
  }

  addAll(payloads: ReadonlyMap<string, string>): void {
    for (const [topic, payload] of payloads) this.#payloads.set(topic, payload);
  }

  /** Leaves the topics of this device as they are: they are no longer this connection's to clear. */
  forgetDevice(agent: AgentIdentity, device: string): void {
    const topics = new Topics(agent);
    for (const topic of this.#payloads.keys())
      if (topics.deviceOfOwnTopic(topic) === device) this.#payloads.delete(topic);
  }
}
