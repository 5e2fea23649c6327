import type { Addresses } from '../addresses.ts';
import type { TargetSubject } from '../subjects.ts';
import { type Burst, Unmeasurable } from './burst.ts';
import { answers } from './http.ts';
import { ping } from './ping.ts';
import { connections, Knocking } from './tcp.ts';

/** Milliseconds that a reading waits for a burst of so many: as long as it takes, with a knock at other doors behind it. */
export const patienceFor = (count: number): number => 3000 + count * 200;

/** Seconds after which a burst is given up. */
export const burstLimit = 12;

export const ways = ['icmp', 'tcp', 'http'] as const;

/** What came back, and of what. */
export interface Reach {
  by: (typeof ways)[number];
  burst: Burst;
}

/** Reaches one host or service, again and again. */
export class Reaching {
  readonly #subject: TargetSubject;
  readonly #count: number;
  readonly #addresses: Addresses;
  readonly #knocking = new Knocking();
  /** ICMP has been answered once: then silence means something. */
  #hasPinged = false;

  constructor(subject: TargetSubject, count: number, addresses: Addresses) {
    this.#subject = subject;
    this.#count = count;
    this.#addresses = addresses;
  }

  /** Rejects with Unmeasurable where it can't be told from here. */
  async measure(signal: AbortSignal): Promise<Reach> {
    const subject = this.#subject;
    const address = await this.#addresses.of(subject.host);
    if (subject.by === 'tcp') return { by: 'tcp', burst: await connections(address, subject.port, ['connected'], signal) };
    if (subject.by === 'http') return { by: 'http', burst: await answers(subject.url, address, signal) };
    return this.#icmp(address, signal);
  }

  async #icmp(address: string, signal: AbortSignal): Promise<Reach> {
    const pinged = await ping(address, this.#count, signal).catch((error: unknown) => {
      if (error instanceof Unmeasurable) return error;
      throw error;
    });
    if (!(pinged instanceof Unmeasurable)) {
      this.#hasPinged ||= pinged.received > 0;
      if (this.#hasPinged) return { by: 'icmp', burst: pinged };
    }
    try {
      return { by: 'tcp', burst: await this.#knocking.burst(address, signal) };
    } catch (error) {
      if (!(error instanceof Unmeasurable)) throw error;
      // A firewall may drop echoes and all else; but the echoes did go out.
      if (!(pinged instanceof Unmeasurable)) return { by: 'icmp', burst: pinged };
      throw new Unmeasurable(`${error.message} (${pinged.message})`);
    }
  }
}
