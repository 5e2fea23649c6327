import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { describeError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import { notificationTexts } from '../views/notification-texts.ts';
import type { NotificationRequest } from './notification-request.ts';

/** Messages that may wait; the oldest are dropped first. */
const maxQueued = 50;

/** Seconds before the next attempt: at first, and at most. */
const firstRetrySeconds = 5;
const maxRetrySeconds = 600;

/** Seconds after which a message that could not be sent is dropped. */
const maxAgeSeconds = 24 * 3600;

interface QueuedRequest extends NotificationRequest {
  /** In terms of `performance.now()`. */
  queuedAtMs: number;
  onAccepted: () => void;
}

/** Whether another attempt would fail the same way; 408 and 429 ask for one. */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** The part of a URL that may be logged: its path may be a secret. */
export const printableOrigin = (url: string): string => new URL(url).origin;

const adviceFor = (status: number) =>
  status === 401 || status === 403 ? 'checkLogin' : status === 404 ? 'checkAddress' : undefined;

/** Sends a message once; `refusal` says why the server did not accept it. Throws if there is no response. */
export async function postNotification(
  { url, body }: NotificationRequest,
  authorization: Secret | undefined,
  signal: AbortSignal,
  { refused } = notificationTexts,
): Promise<{ status: number; refusal?: string }> {
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
  };
  const { status, ok } = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  return ok ? { status } : { status, refusal: refused(status, adviceFor(status)) };
}

/** Sends messages one after the other, and retries while the server does not accept them. */
export class RetryingNotifier {
  readonly #log: Log;
  readonly #authorization: Secret | undefined;
  readonly #firstRetrySeconds: number;
  readonly #closed = new AbortController();
  #queue: QueuedRequest[] = [];
  #sending = false;
  #isFailing = false;

  constructor(log: Log, authorization: Secret | undefined, retrySeconds: number = firstRetrySeconds) {
    this.#log = log;
    this.#authorization = authorization;
    this.#firstRetrySeconds = retrySeconds;
  }

  /** `onAccepted` is called once the server has accepted the message, which it may never do. */
  send(request: NotificationRequest, onAccepted: () => void = () => undefined): void {
    this.#queue = [...this.#queue, { ...request, onAccepted, queuedAtMs: performance.now() }].slice(-maxQueued);
    if (!this.#sending) void this.#sendQueue();
  }

  close(): void {
    this.#queue = [];
    this.#closed.abort();
  }

  async #sendQueue(): Promise<void> {
    this.#sending = true;
    for (let pauseSeconds = this.#firstRetrySeconds; this.#queue.length > 0; ) {
      const [next] = this.#queue as [QueuedRequest];
      if (await this.#attempt(next)) {
        this.#queue = this.#queue.filter((request) => request !== next);
        pauseSeconds = this.#firstRetrySeconds;
        continue;
      }
      await pause(pauseSeconds * 1000, undefined, { signal: this.#closed.signal, ref: false }).catch(() => undefined);
      pauseSeconds = Math.min(maxRetrySeconds, pauseSeconds * 2);
    }
    this.#sending = false;
  }

  /** Sends once; true if no other attempt is needed. */
  async #attempt({ queuedAtMs, onAccepted, ...request }: QueuedRequest): Promise<boolean> {
    if ((performance.now() - queuedAtMs) / 1000 > maxAgeSeconds) return true;
    try {
      const { status, refusal } = await postNotification(
        request,
        this.#authorization,
        AbortSignal.any([this.#closed.signal, AbortSignal.timeout(10_000)]),
      );
      if (refusal === undefined) {
        this.#reportRecovery(request.url);
        onAccepted();
      } else this.#reportFailure(request.url, refusal);
      return refusal === undefined || isFinal(status);
    } catch (error) {
      this.#reportFailure(request.url, describeError(error));
      return this.#closed.signal.aborted;
    }
  }

  #reportFailure(url: string, error: string): void {
    if (!this.#isFailing && !this.#closed.signal.aborted)
      this.#log.warn(`Notifications: ${printableOrigin(url)}: ${error}`);
    this.#isFailing = true;
  }

  #reportRecovery(url: string): void {
    if (this.#isFailing) this.#log.info(`Notifications: ${printableOrigin(url)} accepts messages again`);
    this.#isFailing = false;
  }
}
