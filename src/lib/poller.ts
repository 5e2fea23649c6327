import { setTimeout as pause } from 'node:timers/promises';

type PollOutcome<T> = { answer: T } | { error: unknown };

/** Milliseconds that a reading waits for an answer by default, and once the previous answer was late. */
const defaultWaitMs = 4000;
const waitAfterLateMs = 500;

/** No answer arrived in time; it may come with a later reading. */
export class LateAnswerError extends Error {}

/** Repeats a request, never two at a time. A slow answer delays a reading only briefly, and later readings even less. */
export class NonOverlappingPoller<T> {
  readonly #request: (signal: AbortSignal) => Promise<T>;
  readonly #timeoutSeconds: number;
  readonly #waitMs: number;
  #pending: Promise<void> | undefined;
  #lastOutcome: PollOutcome<T> | undefined;
  #isLate = false;
  #abortController: AbortController | undefined;

  /** `timeoutSeconds`: after these a request is aborted. `waitMs`: how long a reading waits for the answer. */
  constructor(request: (signal: AbortSignal) => Promise<T>, timeoutSeconds: number, waitMs = defaultWaitMs) {
    this.#request = request;
    this.#timeoutSeconds = timeoutSeconds;
    this.#waitMs = waitMs;
  }

  /** The answer to a request made now, or else to the previous one, if that came too late for its own reading. */
  async poll(): Promise<T> {
    const lateOutcome = this.#pending === undefined && this.#isLate ? this.#lastOutcome : undefined;
    this.#pending ??= this.#start();
    await Promise.race([
      this.#pending,
      pause(this.#isLate ? waitAfterLateMs : this.#waitMs, undefined, { ref: false }),
    ]);
    this.#isLate = this.#pending !== undefined;
    const outcome = this.#isLate ? lateOutcome : this.#lastOutcome;
    if (outcome === undefined) throw new LateAnswerError('no answer yet');
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  }

  close(): void {
    this.#abortController?.abort();
  }

  #start(): Promise<void> {
    const abortController = new AbortController();
    this.#abortController = abortController;
    const timer = setTimeout(() => abortController.abort(), this.#timeoutSeconds * 1000).unref();
    return this.#request(abortController.signal)
      .then(
        (answer) => {
          this.#lastOutcome = { answer };
        },
        (error: unknown) => {
          this.#lastOutcome = { error };
        },
      )
      .then(() => {
        clearTimeout(timer);
        this.#pending = undefined;
      });
  }
}
