import type { OwnRetainedMessages } from './own-retained-messages.ts';
import type { RetryingRetainedPublisher } from './retrying-retained-publisher.ts';
import type { RunAfter } from './run-after.ts';

/** Milliseconds from an announcement to its repetitions. */
const repeatPausesMs = [15_000, 60_000];

interface AnnouncementRepeatsContext {
  publisher: RetryingRetainedPublisher;
  /** This agent's retained messages when the connection began. */
  retained: OwnRetainedMessages;
  after: RunAfter;
}

/** Repeats each announcement that has replaced another one: from the first component on that Home Assistant is still
 * setting up or changing, it ignores the rest of an announcement (`async_discovery_message_received` in its
 * components/mqtt/discovery.py), and does not say so. A component that it knows as announced costs it nothing. */
export class ChangedAnnouncementRepeater {
  readonly #context: AnnouncementRepeatsContext;
  readonly #accepted = new Map<string, string>();
  /** Cancels the repetitions of a topic. */
  readonly #cancel = new Map<string, () => void>();

  constructor(context: AnnouncementRepeatsContext) {
    this.#context = context;
  }

  /** The broker has accepted the announcement that was sent last, or it was withdrawn. */
  accepted(topic: string): void {
    const { publisher, retained, after } = this.#context;
    const before = this.#accepted.get(topic) ?? retained.payloads.get(topic) ?? '';
    const payload = publisher.lastSent(topic) ?? '';
    this.#accepted.set(topic, payload);
    if (payload === before) return;
    this.#cancel.get(topic)?.();
    this.#cancel.delete(topic);
    if (before === '' || payload === '') return;
    const cancels = repeatPausesMs.map((milliseconds) => after(milliseconds, () => this.#repeat(topic, payload)));
    this.#cancel.set(topic, () => {
      for (const cancel of cancels) cancel();
    });
  }

  #repeat(topic: string, payload: string): void {
    const { publisher } = this.#context;
    // A newer one is on its way, and will be repeated itself.
    if (publisher.lastSent(topic) !== payload) return;
    publisher.repeatNext([topic]);
    publisher.publishChanged(new Map([[topic, payload]]));
  }
}
