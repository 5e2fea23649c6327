import { isIPv6 } from 'node:net';
import { tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

/** RTF_REJECT (linux/route.h): the route refuses packets. */
const rejectFlag = 0x200;

const parseHex = (text: string | undefined) => Number.parseInt(text ?? '', 16);
const rowsOf = (text: string | undefined, separator: RegExp) =>
  (text ?? '').split('\n').map((line) => line.trim().split(separator));

function ipv4DefaultRoutes(roots: HostRoots): string[] {
  return rowsOf(tryReadTextKeepOpenSync(roots.proc('net/route')), /\t/).flatMap(
    ([name, destination, , flags, , , , mask = '00000000']) =>
      name && destination === '00000000' && Number(mask) === 0 && (parseHex(flags) & rejectFlag) === 0 ? [name] : [],
  );
}

function ipv6DefaultRoutes(roots: HostRoots): string[] {
  return rowsOf(tryReadTextKeepOpenSync(roots.proc('net/ipv6_route')), / +/).flatMap(
    ([destination, prefixLength, , , , , , , flags, name]) =>
      name &&
      name !== 'lo' &&
      /^0{32}$/.test(destination ?? '') &&
      prefixLength === '00' &&
      (parseHex(flags) & rejectFlag) === 0
        ? [name]
        : [],
  );
}

/** Interfaces of the default routes. */
export const defaultRouteInterfaces = (roots: HostRoots): Set<string> =>
  new Set([...ipv4DefaultRoutes(roots), ...ipv6DefaultRoutes(roots)]);

/** Flags of an address (linux/if_addr.h). */
const addressFlags = { temporary: 0x01, duplicate: 0x08, deprecated: 0x20, tentative: 0x40 };
const globalScope = 0x00;

/** The shortest form of an address of 32 hexadecimal digits (RFC 5952); undefined for any other text. */
function formatIpv6(digits: string): string | undefined {
  const address = digits.match(/.{4}/g)?.join(':') ?? '';
  return /^[0-9a-f]{32}$/.test(digits) && isIPv6(address)
    ? new URL(`http://[${address}]`).hostname.slice(1, -1)
    : undefined;
}

/** The address of each interface that lasts longest: not one that expires or changes every day, if there is another. */
export function longestLivedIpv6ByInterface(roots: HostRoots): Map<string, string> {
  const candidates = rowsOf(tryReadTextKeepOpenSync(roots.proc('net/if_inet6')), / +/).flatMap(
    ([digits = '', , , scope, flagDigits, name]) => {
      const [address, flags] = [formatIpv6(digits), parseHex(flagDigits)];
      if (!name || address === undefined || parseHex(scope) !== globalScope) return [];
      if ((flags & (addressFlags.duplicate | addressFlags.tentative)) !== 0) return [];
      // Unique local addresses (fc00::/7) come after those that the internet can reach.
      const isLocal = /^f[cd]/.test(digits);
      const rank =
        (flags & addressFlags.deprecated ? 4 : 0) + (flags & addressFlags.temporary ? 2 : 0) + (isLocal ? 1 : 0);
      return [{ name, address, rank, digits }];
    },
  );
  candidates.sort((a, b) => b.rank - a.rank || (b.digits < a.digits ? -1 : 1));
  return new Map(candidates.map(({ name, address }) => [name, address]));
}
