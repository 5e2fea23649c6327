import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { describe } from '../model/fault.ts';
import type { Secret } from '../model/secret.ts';
import type { Letter } from './letter.ts';

/** How many letters may wait; the oldest are lost first. */
const mostWaiting = 50;

/** Seconds before the next try: at first, and at most. */
const soon = 5;
const late = 600;

/** Seconds after which a letter is too old to be of use. */
const tooOld = 24 * 3600;

interface Waiting extends Letter {
  /** Milliseconds of the even clock. */
  written: number;
}

/** A refusal that the next try would only repeat; 408 and 429 ask for one. */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** What stays of an address where others read: its path may be its secret. */
export const printed = (url: string): string => new URL(url).origin;

const hint = (status: number) => (status === 401 || status === 403 ? '; check NOTIFY_TOKEN, or the login in NOTIFY_URL' : status === 404 ? '; check NOTIFY_URL' : '');

/** Tries once; `refusal` says why it was not taken. Throws where there is no answer. */
export async function deliver({ url, body }: Letter, authorization: Secret | undefined, signal: AbortSignal): Promise<{ status: number; refusal?: string }> {
  const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization: authorization.reveal() }) };
  const { status, ok } = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  return ok ? { status } : { status, refusal: `answers ${status}${hint(status)}` };
}

/** Sends letters one after the other, and tries again while nobody answers. */
export class Post {
  readonly #log: Log;
  readonly #authorization: Secret | undefined;
  readonly #firstPause: number;
  readonly #end = new AbortController();
  #waiting: Waiting[] = [];
  #sending = false;
  #lost = false;

  constructor(log: Log, authorization: Secret | undefined, firstPause: number = soon) {
    this.#log = log;
    this.#authorization = authorization;
    this.#firstPause = firstPause;
  }

  send(letter: Letter): void {
    this.#waiting = [...this.#waiting, { ...letter, written: performance.now() }].slice(-mostWaiting);
    if (!this.#sending) void this.#work();
  }

  close(): void {
    this.#waiting = [];
    this.#end.abort();
  }

  async #work(): Promise<void> {
    this.#sending = true;
    for (let wait = this.#firstPause; this.#waiting.length > 0; ) {
      const [next] = this.#waiting as [Waiting];
      if (await this.#isDone(next)) {
        this.#waiting = this.#waiting.filter((one) => one !== next);
        wait = this.#firstPause;
        continue;
      }
      await pause(wait * 1000, undefined, { signal: this.#end.signal, ref: false }).catch(() => undefined);
      wait = Math.min(late, wait * 2);
    }
    this.#sending = false;
  }

  /** Tries once; true if there is nothing more to do for this letter. */
  async #isDone({ written, ...letter }: Waiting): Promise<boolean> {
    if ((performance.now() - written) / 1000 > tooOld) return true;
    try {
      const { status, refusal } = await deliver(letter, this.#authorization, AbortSignal.any([this.#end.signal, AbortSignal.timeout(10_000)]));
      if (refusal === undefined) this.#back(letter.url);
      else this.#trouble(letter.url, refusal);
      return refusal === undefined || isFinal(status);
    } catch (error) {
      this.#trouble(letter.url, describe(error));
      return this.#end.signal.aborted;
    }
  }

  #trouble(url: string, error: string): void {
    if (!this.#lost && !this.#end.signal.aborted) this.#log.warn(`Notifications: ${printed(url)}: ${error}`);
    this.#lost = true;
  }

  #back(url: string): void {
    if (this.#lost) this.#log.info(`Notifications: ${printed(url)} takes them again`);
    this.#lost = false;
  }
}
