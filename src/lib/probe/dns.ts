import { lookup, Resolver } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { describeError } from '../../model/errors.ts';
import { ProbeUnavailableError } from './ping.ts';

/** Milliseconds until a name is looked up again. */
const addressLifetimeMs = 300_000;

interface CachedAddress {
  address: string;
  resolvedAtMs: number;
}

/** The host as a URL writes it: an IPv6 address in brackets. */
export const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** Resolves names to addresses. The system's resolver can block for many seconds while a router is down, on one of the few
 * threads that file access needs too. So names are looked up one at a time, and an expired address is used until the new
 * one arrives. */
export class AddressResolver {
  readonly #cache = new Map<string, CachedAddress>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #pending = new Map<string, Promise<string>>();

  /** Rejects with ProbeUnavailableError if the name has never been resolved. */
  async resolve(host: string): Promise<string> {
    if (isIP(host.split('%')[0] ?? '') !== 0) return host;
    const cached = this.#cache.get(host);
    if (cached !== undefined && performance.now() - cached.resolvedAtMs < addressLifetimeMs) return cached.address;
    const renewed = this.#lookUp(host);
    if (cached === undefined) return renewed;
    renewed.catch(() => undefined);
    return cached.address;
  }

  /** The address without looking it up; undefined if the name has never been resolved. */
  known(host: string): string | undefined {
    return isIP(host.split('%')[0] ?? '') === 0 ? this.#cache.get(host)?.address : host;
  }

  #lookUp(host: string): Promise<string> {
    const pending =
      this.#pending.get(host) ??
      this.#enqueue(async () => {
        const { address } = await lookup(host);
        this.#cache.set(host, { address, resolvedAtMs: performance.now() });
        return address;
      }).finally(() => this.#pending.delete(host));
    this.#pending.set(host, pending);
    return pending.catch((error: unknown) => {
      throw new ProbeUnavailableError(`cannot resolve ${host}: ${describeError(error)}`);
    });
  }

  #enqueue(work: () => Promise<string>): Promise<string> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

const dnsTimeoutMs = 2000;

/** Error codes of c-ares for a negative answer: the server works, and the name does not exist. */
const negativeAnswerCodes = new Set(['ENOTFOUND', 'ENODATA']);

/** Milliseconds until the DNS server at `address` answered for `name`; undefined if it gave no answer, or an error. */
export async function measureDnsLatencyMs(address: string, name: string): Promise<number | undefined> {
  const resolver = new Resolver({ timeout: dnsTimeoutMs, tries: 1 });
  resolver.setServers([hostInUrl(address)]);
  const startedAt = performance.now();
  try {
    await resolver.resolve4(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && negativeAnswerCodes.has(String(error.code)))) return undefined;
  }
  return performance.now() - startedAt;
}
