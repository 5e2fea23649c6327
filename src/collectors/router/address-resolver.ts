import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { describeError } from '../../model/errors.ts';
import { ProbeUnavailableError } from './probe/ping-stats.ts';

/** Milliseconds for which an address is taken as known. */
const addressLifetimeMs = 300_000;

interface KnownAddress {
  address: string;
  at: number;
}

/** A host as it stands in a URL. */
export const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** Names to addresses. The system's resolver can take many seconds when a router is down, and has few threads, which files
 * share: one name is looked up at a time, and the last address serves until there is a newer one. */
export class AddressResolver {
  readonly #known = new Map<string, KnownAddress>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #asking = new Map<string, Promise<string>>();

  /** Rejects with Unmeasurable where the name has never led anywhere. */
  async resolve(host: string): Promise<string> {
    if (isIP(host.split('%')[0] ?? '') !== 0) return host;
    const known = this.#known.get(host);
    if (known !== undefined && performance.now() - known.at < addressLifetimeMs) return known.address;
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
      throw new ProbeUnavailableError(`${host}: the name leads nowhere: ${describeError(error)}`);
    });
  }

  #queued(work: () => Promise<string>): Promise<string> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
