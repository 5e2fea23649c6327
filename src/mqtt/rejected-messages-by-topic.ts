import type { Log } from '../log.ts';
import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { textOfBrokerError } from './broker-connection-error.ts';
import { reasonCodes } from './reason-codes.ts';

interface Rejection {
  text: string;
  /** Rejected on the current connection. */
  isCurrent: boolean;
}

/** The messages that the broker rejects, by topic, and what is left out of announcements so that it does not. It
 * outlives a connection, so that each reason is logged once. */
export class RejectedMessagesByTopic {
  readonly #agent: AgentIdentity;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #texts: BrokerErrorTexts;
  readonly #byTopic = new Map<string, Rejection>();
  readonly #logged = new Set<string>();
  readonly #omitted = new Map<string, string>();

  /** `texts`: for what is not logged. */
  constructor(agent: AgentIdentity, log: Log, onChange: () => void, texts = brokerErrorTexts) {
    this.#agent = agent;
    this.#log = log;
    this.#onChange = onChange;
    this.#texts = texts;
  }

  /** Starts a new connection: rejections that do not recur on it are dropped by `forgetEarlier`. */
  begin(): void {
    for (const rejection of this.#byTopic.values()) rejection.isCurrent = false;
  }

  /** Drops the rejections of earlier connections, once everything has been sent over the new one. */
  forgetEarlier(): void {
    for (const [topic, { isCurrent }] of this.#byTopic) if (!isCurrent) this.#remove(topic);
  }

  /** Logs a reason that was not logged yet. `topic` may also be a filter for several topics. */
  reject(topic: string, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const { ownFilter, ownDiscoveryFilter, homeAssistantStatus } = new Topics(this.#agent);
    const isForbidden = code === reasonCodes.notAuthorized || topic === ownDiscoveryFilter;
    const say = (texts: BrokerErrorTexts) => {
      const refusal = texts.refuses(topic, textOfBrokerError(error, texts));
      return isForbidden ? texts.mustLet(refusal, ownFilter, ownDiscoveryFilter, homeAssistantStatus) : refusal;
    };
    // A packet that is too large is logged for each topic; for other reasons, one topic is enough.
    const kind = code === undefined || code === reasonCodes.packetTooLarge ? topic : String(code);
    this.#byTopic.set(topic, { text: say(this.#texts), isCurrent: true });
    if (!this.#logged.has(kind)) this.#log.error(`MQTT: ${say(brokerErrorTexts)}`);
    this.#logged.add(kind);
    this.#onChange();
  }

  accept(topic: string): void {
    if (!this.#remove(topic)) return;
    this.#onChange();
    if (this.#byTopic.size === 0) this.#log.info('MQTT: the broker accepts everything again');
  }

  /** Notes what is left out of an announcement that is too large. */
  shorten(topic: string, error: unknown, components: readonly string[]): void {
    const say = (texts: BrokerErrorTexts) =>
      texts.leftOut(topic, textOfBrokerError(error, texts), components.join(', '));
    const text = say(this.#texts);
    if (this.#omitted.get(topic) === text) return;
    if (!this.#omitted.has(topic)) this.#log.error(`MQTT: ${say(brokerErrorTexts)}`);
    this.#omitted.set(topic, text);
    this.#onChange();
  }

  acceptWhole(topic: string): void {
    if (this.#omitted.delete(topic)) this.#onChange();
  }

  /** What is left out of each announcement that would be too large. */
  get omissions(): string[] {
    return [...this.#omitted.values()];
  }

  /** All rejections in one sentence; undefined if there are none. */
  get summary(): string | undefined {
    const [first] = this.#byTopic.values();
    const moreCount = this.#byTopic.size - 1;
    return first === undefined || moreCount === 0 ? first?.text : this.#texts.moreTopics(first.text, moreCount);
  }

  /** True if the topic was rejected before. */
  #remove(topic: string): boolean {
    const wasRejected = this.#byTopic.delete(topic);
    if (this.#byTopic.size === 0) this.#logged.clear();
    return wasRejected;
  }
}
