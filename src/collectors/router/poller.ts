import { setTimeout as pause } from 'node:timers/promises';

type PollOutcome<T> = { answer: T } | { error: unknown };

/** Milliseconds that a reading waits for an answer unless told otherwise, and for one of whom the last was late. */
const defaultWaitMs = 4000;
const waitAfterLateMs = 500;

/** The answer may come with a later reading. */
export class LateAnswerError extends Error {}

/** Asks one thing over and over, one question at a time: a slow answer holds up no reading for long, and a hung one none. */
export class Poller<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  readonly #timeoutSeconds: number;
  readonly #waitMs: number;
  #asking: Promise<void> | undefined;
  #outcome: PollOutcome<T> | undefined;
  #isLate = false;
  #end: AbortController | undefined;

  /** `seconds`: after so many a question is given up. `patience`: milliseconds that a reading waits. */
  constructor(ask: (signal: AbortSignal) => Promise<T>, timeoutSeconds: number, waitMs = defaultWaitMs) {
    this.#ask = ask;
    this.#timeoutSeconds = timeoutSeconds;
    this.#waitMs = waitMs;
  }

  /** The answer to a question asked now, else to the one before, which came too late for its own reading. */
  async poll(): Promise<T> {
    const overdue = this.#asking === undefined && this.#isLate ? this.#outcome : undefined;
    this.#asking ??= this.#begin();
    await Promise.race([this.#asking, pause(this.#isLate ? waitAfterLateMs : this.#waitMs, undefined, { ref: false })]);
    this.#isLate = this.#asking !== undefined;
    const outcome = this.#isLate ? overdue : this.#outcome;
    if (outcome === undefined) throw new LateAnswerError('no answer yet');
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  }

  close(): void {
    this.#end?.abort();
  }

  #begin(): Promise<void> {
    const end = new AbortController();
    this.#end = end;
    const timer = setTimeout(() => end.abort(), this.#timeoutSeconds * 1000).unref();
    return this.#ask(end.signal)
      .then(
        (answer) => {
          this.#outcome = { answer };
        },
        (error: unknown) => {
          this.#outcome = { error };
        },
      )
      .then(() => {
        clearTimeout(timer);
        this.#asking = undefined;
      });
  }
}
