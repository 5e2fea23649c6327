import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

export interface LookedUpAddress {
  address: string;
  family: number;
}

/** Milliseconds after which a look-up counts as slow: its server was silent, or the name is known nowhere. */
const slowLookupMs = 2000;
/** Milliseconds in the queue after which a look-up is dropped: whoever wanted it asks again at the next reading. */
const maxQueueMs = 5000;

class LookupDroppedError extends Error {}

interface WaitingLookup {
  host: string;
  queuedAt: number;
  start(): void;
  drop(): void;
}

/** Looks names up one at a time. A name that took long the last time waits for the others. */
export class LookupQueue {
  readonly #resolve: (host: string) => Promise<LookedUpAddress[]>;
  readonly #pending = new Map<string, Promise<LookedUpAddress[]>>();
  #waiting: WaitingLookup[] = [];
  readonly #slow = new Set<string>();
  #isBusy = false;

  constructor(resolve = (host: string): Promise<LookedUpAddress[]> => lookup(host, { all: true })) {
    this.#resolve = resolve;
  }

  /** A name that is being looked up already is not looked up twice, so the queue is as long as there are names at most. */
  lookUp(host: string): Promise<LookedUpAddress[]> {
    const pending =
      this.#pending.get(host) ??
      new Promise<LookedUpAddress[]>((resolve, reject) => {
        this.#waiting.push({
          host,
          queuedAt: performance.now(),
          start: () => resolve(this.#ask(host)),
          drop: () => reject(new LookupDroppedError('other names are being looked up')),
        });
        this.#startNext();
      });
    this.#pending.set(host, pending);
    return pending;
  }

  /** Whether a name is in the queue, and has not been asked for yet. */
  isWaiting(host: string): boolean {
    return this.#waiting.some((waiting) => waiting.host === host);
  }

  async #ask(host: string): Promise<LookedUpAddress[]> {
    this.#isBusy = true;
    const startedAt = performance.now();
    try {
      return await this.#resolve(host);
    } finally {
      if (performance.now() - startedAt > slowLookupMs) this.#slow.add(host);
      else this.#slow.delete(host);
      this.#pending.delete(host);
      this.#isBusy = false;
      this.#startNext();
    }
  }

  #startNext(): void {
    if (this.#isBusy) return;
    const isOld = ({ queuedAt }: WaitingLookup) => performance.now() - queuedAt > maxQueueMs;
    for (const { host, drop } of this.#waiting.filter(isOld)) {
      this.#pending.delete(host);
      drop();
    }
    this.#waiting = this.#waiting.filter((waiting) => !isOld(waiting));
    const index = Math.max(
      0,
      this.#waiting.findIndex(({ host }) => !this.#slow.has(host)),
    );
    this.#waiting.splice(index, 1)[0]?.start();
  }
}

// The system's resolver, getaddrinfo, blocks a thread for as long as it waits for a silent server, and libuv lets it have two of
// its four threads (slow_work_thread_threshold in src/threadpool.c). This queue takes one, so that the broker's name, which
// mqtt.js looks up by itself, never waits for any other.
const queue = new LookupQueue();

const familyByOption: Record<string, number> = { 4: 4, IPv4: 4, 6: 6, IPv6: 6 };

class NoAddressError extends Error {
  readonly code = 'ENOTFOUND';
}

/** The function that a socket looks names up with, made of one that resolves all addresses of a name. */
export const lookupFunction =
  (lookUp: (host: string) => Promise<LookedUpAddress[]>): LookupFunction =>
  (host, options, callback) => {
    const family = familyByOption[options.family ?? 0];
    lookUp(host).then(
      (addresses) => {
        const fitting = addresses.filter((entry) => family === undefined || entry.family === family);
        const [first] = fitting;
        if (first === undefined) callback(new NoAddressError(`no address for ${host}`), []);
        else if (options.all) callback(null, fitting);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };

/** All addresses of a name, in the system's order. Rejects as `dns.lookup` does. */
export const lookUpName = (host: string): Promise<LookedUpAddress[]> => queue.lookUp(host);

/** Whether a name waits for the look-up of others. */
export const isWaitingForLookup = (host: string): boolean => queue.isWaiting(host);
