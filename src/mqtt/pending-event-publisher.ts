import { describeError } from '../model/errors.ts';
import type { PendingEvent } from '../model/event.ts';
import type { AgentState } from '../model/state.ts';
import { eventTopicAndPayload } from '../views/state-and-event-payloads.ts';
import { resendPauseMs } from './backoff.ts';
import { isBrokerRefusal } from './broker-connection-error.ts';
import { PacketTooLargeError, UnacknowledgedMessageError } from './publish-error.ts';
import type { RunAfter } from './run-after.ts';
import type { SessionInputsAndCallbacks } from './session-context.ts';

export interface PendingEventPublisherContext
  extends Pick<SessionInputsAndCallbacks, 'agent' | 'log' | 'eventDelivered'> {
  state: Pick<AgentState, 'pendingEvents'>;
  publish(topic: string, payload: string): Promise<{ hasSubscribers: boolean }>;
  /** Whether Home Assistant is there and knows the devices. It ignores events of devices that it does not know yet. */
  canBeHeard(): boolean;
  accepted(topic: string): void;
  rejected(topic: string, error: unknown): void;
  after: RunAfter;
}

/** Publishes the pending events over one connection, one after the other. An event that nobody hears stays pending, and
 * those after it wait. */
export class PendingEventPublisher {
  readonly #context: PendingEventPublisherContext;
  #state: 'idle' | 'publishing' | 'paused' | 'ended' = 'idle';
  /** Refused attempts in a row. */
  #failures = 0;

  constructor(context: PendingEventPublisherContext) {
    this.#context = context;
  }

  /** Publishes what is pending; does nothing while it is already under way, or nobody can hear. */
  async deliver(): Promise<void> {
    if (this.#state !== 'idle') return;
    this.#state = 'publishing';
    for (;;) {
      const [event] = this.#context.state.pendingEvents;
      if (event === undefined || !this.#context.canBeHeard()) break;
      if (!(await this.#publish(event))) break;
      this.#context.eventDelivered(event);
    }
    if (this.#state === 'publishing') this.#state = 'idle';
  }

  end(): void {
    this.#state = 'ended';
  }

  /** True if the event need not be published again. */
  async #publish(event: PendingEvent): Promise<boolean> {
    const { agent, publish, canBeHeard, accepted, log } = this.#context;
    const { topic, payload } = eventTopicAndPayload(agent, event);
    try {
      const { hasSubscribers } = await publish(topic, payload);
      this.#failures = 0;
      accepted(topic);
      // Home Assistant may have gone offline before the event reached it.
      return hasSubscribers && canBeHeard();
    } catch (error) {
      if (error instanceof PacketTooLargeError || error instanceof UnacknowledgedMessageError) {
        log.error(`MQTT: event lost: the broker refuses ${topic}: ${describeError(error)}`);
        return true;
      }
      if (isBrokerRefusal(error)) this.#retryLater(topic, error);
      return false;
    }
  }

  #retryLater(topic: string, error: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'paused';
    this.#context.rejected(topic, error);
    this.#context.after(resendPauseMs(this.#failures), () => {
      if (this.#state === 'ended') return;
      this.#state = 'idle';
      void this.deliver();
    });
    this.#failures += 1;
  }
}
