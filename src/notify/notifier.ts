import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { describeError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import type { NotificationRequest } from './notification-request.ts';

/** How many letters may wait; the oldest are lost first. */
const maxQueued = 50;

/** Seconds before the next try: at first, and at most. */
const firstRetrySeconds = 5;
const maxRetrySeconds = 600;

/** Seconds after which a letter is too old to be of use. */
const maxAgeSeconds = 24 * 3600;

interface QueuedRequest extends NotificationRequest {
  /** Milliseconds of the even clock. */
  queuedAtMs: number;
}

/** A refusal that the next try would only repeat; 408 and 429 ask for one. */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** What stays of an address where others read: its path may be its secret. */
export const printableOrigin = (url: string): string => new URL(url).origin;

const hint = (status: number) =>
  status === 401 || status === 403
    ? '; check NOTIFY_TOKEN, or the login in NOTIFY_URL'
    : status === 404
      ? '; check NOTIFY_URL'
      : '';

/** Tries once; `refusal` says why it was not taken. Throws where there is no answer. */
export async function sendNotification(
  { url, body }: NotificationRequest,
  authorization: Secret | undefined,
  signal: AbortSignal,
): Promise<{ status: number; refusal?: string }> {
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
  };
  const { status, ok } = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  return ok ? { status } : { status, refusal: `answers ${status}${hint(status)}` };
}

/** Sends letters one after the other, and tries again while nobody answers. */
export class Notifier {
  readonly #log: Log;
  readonly #authorization: Secret | undefined;
  readonly #firstRetrySeconds: number;
  readonly #closed = new AbortController();
  #queue: QueuedRequest[] = [];
  #sending = false;
  #isUnreachable = false;

  constructor(log: Log, authorization: Secret | undefined, retrySeconds: number = firstRetrySeconds) {
    this.#log = log;
    this.#authorization = authorization;
    this.#firstRetrySeconds = retrySeconds;
  }

  send(request: NotificationRequest): void {
    this.#queue = [...this.#queue, { ...request, queuedAtMs: performance.now() }].slice(-maxQueued);
    if (!this.#sending) void this.#sendQueue();
  }

  close(): void {
    this.#queue = [];
    this.#closed.abort();
  }

  async #sendQueue(): Promise<void> {
    this.#sending = true;
    for (let wait = this.#firstRetrySeconds; this.#queue.length > 0; ) {
      const [next] = this.#queue as [QueuedRequest];
      if (await this.#isDone(next)) {
        this.#queue = this.#queue.filter((one) => one !== next);
        wait = this.#firstRetrySeconds;
        continue;
      }
      await pause(wait * 1000, undefined, { signal: this.#closed.signal, ref: false }).catch(() => undefined);
      wait = Math.min(maxRetrySeconds, wait * 2);
    }
    this.#sending = false;
  }

  /** Tries once; true if there is nothing more to do for this letter. */
  async #isDone({ queuedAtMs, ...request }: QueuedRequest): Promise<boolean> {
    if ((performance.now() - queuedAtMs) / 1000 > maxAgeSeconds) return true;
    try {
      const { status, refusal } = await sendNotification(
        request,
        this.#authorization,
        AbortSignal.any([this.#closed.signal, AbortSignal.timeout(10_000)]),
      );
      if (refusal === undefined) this.#reportRecovery(request.url);
      else this.#reportFailure(request.url, refusal);
      return refusal === undefined || isFinal(status);
    } catch (error) {
      this.#reportFailure(request.url, describeError(error));
      return this.#closed.signal.aborted;
    }
  }

  #reportFailure(url: string, error: string): void {
    if (!this.#isUnreachable && !this.#closed.signal.aborted)
      this.#log.warn(`Notifications: ${printableOrigin(url)}: ${error}`);
    this.#isUnreachable = true;
  }

  #reportRecovery(url: string): void {
    if (this.#isUnreachable) this.#log.info(`Notifications: ${printableOrigin(url)} takes them again`);
    this.#isUnreachable = false;
  }
}
