import { resendPauseMs } from './backoff.ts';
import type { RunAfter } from './run-after.ts';

/** MQTT 3.1.1 brokers acknowledge messages that they forbid; the agent's own announcement then does not come back to
 * it. */
export class AnnouncementEchoCheck {
  readonly #after: RunAfter;
  readonly #onMissing: (isRetry: boolean) => void;
  #state: 'unsent' | 'acknowledged' | 'returned' = 'unsent';

  /** `onMissing`: announcements were acknowledged, but none has come back. `isRetry`: it was so at an earlier look. */
  constructor(after: RunAfter, onMissing: (isRetry: boolean) => void) {
    this.#after = after;
    this.#onMissing = onMissing;
  }

  acknowledged(): void {
    if (this.#state === 'unsent') this.#state = 'acknowledged';
  }

  /** True the first time. */
  returned(): boolean {
    const isFirst = this.#state !== 'returned';
    this.#state = 'returned';
    return isFirst;
  }

  /** Looks now, and after growing pauses until an announcement has come back. */
  start(attempt = 0): void {
    if (this.#state === 'returned') return;
    if (this.#state === 'acknowledged') this.#onMissing(attempt > 0);
    this.#after(resendPauseMs(attempt), () => this.start(attempt + 1));
  }
}
