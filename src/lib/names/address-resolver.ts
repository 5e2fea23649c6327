import { Resolver } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { describeError } from '../../model/errors.ts';
import { withTimeout } from '../with-timeout.ts';
import { resolveHostName } from './name-lookup.ts';

/** Milliseconds that a reading waits for a name that has never been resolved. */
const firstLookupTimeoutMs = 3000;
/** Milliseconds that a reading waits for other addresses than the known ones. */
const renewalTimeoutMs = 1000;
/** Milliseconds between two look-ups of a name whose addresses are silent. */
const renewalPauseMs = 10_000;
/** Milliseconds until a name is looked up again: its TTL within these limits, or the default for names that are not in
 * DNS. */
const lifetimeMs = { least: 5000, most: 3_600_000, default: 120_000 };
const ttlTimeoutMs = 2000;
/** Names with more addresses belong to no home lab. */
const maxAddresses = 8;

/** Filters like Pi-hole answer with the unspecified address, which is this machine for connect(2). */
const isUnspecified = (address: string) => address === '0.0.0.0' || address === '::';

class BlockedNameError extends Error {}

/** The addresses of a name have never been known. */
export class UnresolvedNameError extends Error {}

interface CachedAddresses {
  addresses: readonly string[];
  /** Milliseconds of the monotonic clock. */
  expiresAt: number;
}

const isAddress = (host: string) => isIP(host.split('%')[0] ?? '') !== 0;

/** Alternates the families, beginning with that of the first address (RFC 8305, section 4). */
function interleaveFamilies(addresses: readonly string[]): string[] {
  const isFirstFamily = (address: string) => isIPv6(address) === isIPv6(addresses[0] ?? '');
  const [first, second] = [addresses.filter(isFirstFamily), addresses.filter((address) => !isFirstFamily(address))];
  return first
    .flatMap((address, index) => [address, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}

/** Milliseconds that DNS lets these addresses be kept. The system's resolver, which knows more sources of names, does
 * not tell. */
async function readTtlMs(host: string, address: string): Promise<number> {
  const resolver = new Resolver({ timeout: ttlTimeoutMs, tries: 1 });
  const records = await (isIPv6(address)
    ? resolver.resolve6(host, { ttl: true })
    : resolver.resolve4(host, { ttl: true }));
  const record = records.find((entry) => entry.address === address);
  if (record === undefined) return lifetimeMs.default;
  return Math.min(Math.max(record.ttl * 1000, lifetimeMs.least), lifetimeMs.most);
}

/** Resolves names to addresses. The system's resolver can block for many seconds while a router is down. So an expired
 * address is used until the new one arrives. */
export class AddressResolver {
  readonly #resolveHostName: typeof resolveHostName;
  readonly #cache = new Map<string, CachedAddresses>();
  /** When a name was last renewed. */
  readonly #renewedAt = new Map<string, number>();

  constructor(lookUp = resolveHostName) {
    this.#resolveHostName = lookUp;
  }

  /** All addresses, in the order in which they are to be tried. Rejects with UnresolvedNameError if the name has never
   * been resolved. */
  async resolve(host: string): Promise<readonly string[]> {
    if (isAddress(host)) return [host];
    const cached = this.#cache.get(host);
    if (cached === undefined)
      return withTimeout(firstLookupTimeoutMs, this.#lookUp(host), 'DNS').catch((error) => {
        throw new UnresolvedNameError(`cannot resolve ${host}: ${describeError(error)}`);
      });
    if (performance.now() >= cached.expiresAt) this.#lookUp(host).catch(() => undefined);
    return cached.addresses;
  }

  /** The addresses of a name whose known ones are silent: it may have others now. The known ones if it cannot be
   * resolved. */
  async renew(host: string): Promise<readonly string[]> {
    const known = this.known(host);
    const now = performance.now();
    if (isAddress(host) || now - (this.#renewedAt.get(host) ?? Number.NEGATIVE_INFINITY) < renewalPauseMs) return known;
    this.#renewedAt.set(host, now);
    return withTimeout(renewalTimeoutMs, this.#lookUp(host), 'DNS').catch(() => known);
  }

  /** The addresses without looking them up; none if the name has never been resolved. */
  known(host: string): readonly string[] {
    return isAddress(host) ? [host] : (this.#cache.get(host)?.addresses ?? []);
  }

  async #lookUp(host: string): Promise<readonly string[]> {
    const found = (await this.#resolveHostName(host)).filter(({ address }) => !isUnspecified(address));
    if (found.length === 0) throw new BlockedNameError('DNS has no address for it, or a filter that blocks it');
    const addresses = interleaveFamilies([...new Set(found.map(({ address }) => address))]).slice(0, maxAddresses);
    const now = performance.now();
    const entry = { addresses, expiresAt: now + lifetimeMs.default };
    this.#cache.set(host, entry);
    readTtlMs(host, addresses[0] ?? '').then(
      (ttlMs) => (entry.expiresAt = now + ttlMs),
      () => undefined,
    );
    return addresses;
  }
}
