import { setTimeout as pause } from 'node:timers/promises';
import { NoAnswerError } from './with-timeout.ts';

export interface PollResult<T> {
  answer: T;
  /** When it came, in milliseconds of `performance.now()`. */
  at: number;
  /** The current question has not been answered yet; this answer has been returned before. */
  late: boolean;
}

export interface PollerOptions {
  /** Seconds after which a question is aborted, and the answer before it is no longer returned. */
  timeoutSeconds: number;
  /** Milliseconds that a poll waits for the answer. Defaults to 4000. */
  waitMs?: number;
  /** Milliseconds that a poll waits once an answer was late. Defaults to `waitMs`. */
  waitOnceLateMs?: number;
  /** Seconds until the next question after so many failures in a row; undefined if this one does not count. Defaults to
   * no pause. */
  pauseSeconds?(failures: number, error: unknown): number | undefined;
}

const defaultWaitMs = 4000;

type Outcome<T> = ({ answer: T } | { error: unknown }) & { at: number; isNew: boolean };

/** Asks the same question again and again, never twice at the same time. A slow answer delays a poll only briefly and
 * is returned by a later one. */
export class Poller<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  readonly #options: PollerOptions;
  #question: { settled: Promise<void>; askedAt: number; abort: AbortController } | undefined;
  #outcome: Outcome<T> | undefined;
  #isLate = false;
  #failures = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(ask: (signal: AbortSignal) => Promise<T>, options: PollerOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /** Seconds since the question was asked that has no answer yet; undefined if there is none. */
  get pendingSeconds(): number | undefined {
    return this.#question && (performance.now() - this.#question.askedAt) / 1000;
  }

  /** Failures since the last answer, as far as they count. */
  get failures(): number {
    return this.#failures;
  }

  /** The newest answer. Rejects with the error of the newest question, also during the pause after it, and with
   * NoAnswerError if there was no answer in time. */
  async poll(): Promise<PollResult<T>> {
    const before = this.#outcome;
    if (this.#question === undefined && before !== undefined && performance.now() < this.#pausedUntil)
      return this.#result(before, false);
    const { waitMs = defaultWaitMs, waitOnceLateMs = waitMs, timeoutSeconds } = this.#options;
    const { settled } = this.#question ?? this.#start();
    await Promise.race([settled, pause(this.#isLate ? waitOnceLateMs : waitMs, undefined, { ref: false })]);
    this.#isLate = this.#question !== undefined;
    if (this.#outcome === undefined || (this.pendingSeconds ?? 0) > timeoutSeconds)
      throw new NoAnswerError('no answer yet');
    // An answer that came too late for its own poll is as good as one to this question.
    return this.#result(this.#outcome, this.#isLate && !this.#outcome.isNew);
  }

  /** The answer to the current question, or one that came too late for its own poll. Rejects as `poll` does, and with
   * NoAnswerError if the answer is late. */
  async pollCurrent(): Promise<T> {
    const { answer, late } = await this.poll();
    if (late) throw new NoAnswerError('no answer yet');
    return answer;
  }

  /** Lets the next poll ask, because the user wants it to. */
  endPause(): void {
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
  }

  /** Aborts the question. */
  close(): void {
    this.#question?.abort.abort();
  }

  #result(outcome: Outcome<T>, late: boolean): PollResult<T> {
    outcome.isNew = false;
    if ('error' in outcome) throw outcome.error;
    return { answer: outcome.answer, at: outcome.at, late };
  }

  #start() {
    const abort = new AbortController();
    const question = { settled: Promise.resolve(), askedAt: performance.now(), abort };
    this.#question = question;
    question.settled = this.#settle(abort);
    return question;
  }

  async #settle(abort: AbortController): Promise<void> {
    const timer = setTimeout(() => abort.abort(), this.#options.timeoutSeconds * 1000).unref();
    try {
      const answer = await this.#ask(abort.signal);
      this.#failures = 0;
      this.#outcome = { answer, at: performance.now(), isNew: true };
    } catch (error) {
      this.#outcome = { error, at: performance.now(), isNew: true };
      const pauseSeconds = this.#options.pauseSeconds?.(this.#failures + 1, error);
      if (pauseSeconds !== undefined) {
        this.#failures += 1;
        this.#pausedUntil = performance.now() + pauseSeconds * 1000;
      }
    } finally {
      clearTimeout(timer);
      this.#question = undefined;
    }
  }
}
