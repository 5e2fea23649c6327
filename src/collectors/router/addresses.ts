import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { describe } from '../../model/fault.ts';
import { Unmeasurable } from './reach/burst.ts';

/** Milliseconds for which an address is taken as known. */
const lasting = 300_000;

interface Known {
  address: string;
  at: number;
}

/** A host as it stands in a URL. */
export const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** Names to addresses. The system's resolver can take many seconds when a router is down, and has few threads, which files
 * share: one name is looked up at a time, and the last address serves until there is a newer one. */
export class Addresses {
  readonly #known = new Map<string, Known>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #asking = new Map<string, Promise<string>>();

  /** Rejects with Unmeasurable where the name has never led anywhere. */
  async of(host: string): Promise<string> {
    if (isIP(host.split('%')[0] ?? '') !== 0) return host;
    const known = this.#known.get(host);
    if (known !== undefined && performance.now() - known.at < lasting) return known.address;
    const newer = this.#ask(host);
    if (known === undefined) return newer;
    newer.catch(() => undefined);
    return known.address;
  }

  #ask(host: string): Promise<string> {
    const asking =
      this.#asking.get(host) ??
      this.#queued(async () => {
        const { address } = await lookup(host);
        this.#known.set(host, { address, at: performance.now() });
        return address;
      }).finally(() => this.#asking.delete(host));
    this.#asking.set(host, asking);
    return asking.catch((error: unknown) => {
      throw new Unmeasurable(`${host}: the name leads nowhere: ${describe(error)}`);
    });
  }

  #queued(work: () => Promise<string>): Promise<string> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
