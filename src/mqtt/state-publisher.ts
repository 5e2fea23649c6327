import { Topics } from '../model/topics.ts';
import { onlinePayload } from '../views/availability.ts';
import { emptyOrOfflineOrphanPayloads } from '../views/orphaned-topics.ts';
import { type RetainedPayloadsByTopic, stateAndMemoryPayloadsByTopic } from '../views/state-and-event-payloads.ts';
import type { OwnRetainedMessages } from './own-retained-messages.ts';
import type { RetryingRetainedPublisher } from './retrying-retained-publisher.ts';
import type { RunAfter } from './run-after.ts';
import type { SessionInputsAndCallbacks } from './session-context.ts';

/** Milliseconds between two corrections of the status: a client that replaces each must not cause a flood. */
const correctionRestMs = 5000;

type StatePublisherContext = Pick<SessionInputsAndCallbacks, 'agent' | 'catalogue' | 'language' | 'state'> & {
  after: RunAfter;
};

/** Publishes states, availability, memories and the list of problems over one connection, and tidies up those that an
 * earlier run has left behind. */
export class StatePublisher {
  readonly #context: StatePublisherContext;
  readonly #publisher: RetryingRetainedPublisher;
  readonly #retained: OwnRetainedMessages;
  /** Of the status: `resting` after one, `due` if another one is to follow. */
  #correction: 'none' | 'resting' | 'due' = 'none';

  constructor(context: StatePublisherContext, publisher: RetryingRetainedPublisher, retained: OwnRetainedMessages) {
    this.#context = context;
    this.#publisher = publisher;
    this.#retained = retained;
  }

  /** Returns what is current. */
  publish(): RetainedPayloadsByTopic {
    const current = this.#current();
    this.#publisher.publishChanged(current);
    return current;
  }

  /** Publishes that what is retained but was not read is unavailable. */
  markOrphansUnavailable(current: RetainedPayloadsByTopic): void {
    this.#publishOrphaned(current, (payload) => payload !== '');
  }

  /** Clears the topics of what can't be declared any more. */
  clearOrphans(): void {
    this.#publishOrphaned(this.#current(), (payload) => payload === '');
  }

  publishOnline(): void {
    this.#publisher.publishChanged(new Map([[new Topics(this.#context.agent).status, onlinePayload]]));
  }

  /** Publishes again that this agent is online: the broker has published the will of an earlier connection of this
   * agent, which it has only just given up, or another client has replaced or cleared the status. The list of problems
   * comes again, too: one from before an agent was offline can be that of another version. */
  correctStatus(): void {
    const { status, problems } = new Topics(this.#context.agent);
    if (this.#publisher.lastSent(status) === undefined) return;
    if (this.#correction !== 'none') {
      this.#correction = 'due';
      return;
    }
    this.#correction = 'resting';
    this.#context.after(correctionRestMs, () => {
      const isDue = this.#correction === 'due';
      this.#correction = 'none';
      if (isDue) this.correctStatus();
    });
    this.#publisher.repeat([problems, status]);
  }

  #publishOrphaned(current: RetainedPayloadsByTopic, isIncluded: (payload: string) => boolean): void {
    const { agent, catalogue, state } = this.#context;
    const retained = new Set([...this.#retained.payloads.keys(), ...this.#publisher.retainedTopics]);
    const payloads = emptyOrOfflineOrphanPayloads(catalogue, agent, state, retained, current);
    this.#publisher.publishChanged(new Map([...payloads].filter(([, payload]) => isIncluded(payload))));
  }

  /** Without the memories, and the list of problems, that could replace one which has not arrived yet. */
  #current(): RetainedPayloadsByTopic {
    const { agent, catalogue, language, state } = this.#context;
    const payloads = stateAndMemoryPayloadsByTopic(catalogue, agent, state, language);
    if (this.#retained.stage === 'complete') return payloads;
    const topics = new Topics(agent);
    return new Map(
      [...payloads].filter(([topic]) => {
        const kind = topics.parse(topic)?.kind;
        return (kind !== 'memory' && kind !== 'problems') || this.#retained.payloads.has(topic);
      }),
    );
  }
}
