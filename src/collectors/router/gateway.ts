import { SocketAddress } from 'node:net';
import { tryReadTextSync } from '../../lib/files.ts';
import type { AddressResolver } from '../../lib/names/address-resolver.ts';
import { isBeyondOwnNetwork } from '../../lib/names/own-network.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { isUniqueMacAddress } from '../../model/shared-device.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';

/** `net` in a host's /proc that is mounted into a container still shows the container's network. The host's is that of
 * process 1. */
const readNetworkTable = (roots: HostRoots, name: string) =>
  (roots.proc() === '/proc' ? undefined : tryReadTextSync(roots.proc('1/net', name))) ??
  tryReadTextSync(roots.proc('net', name)) ??
  '';

const unspecifiedIpv6 = '0'.repeat(32);

/** The kernel prints IPv4 addresses in hexadecimal and in its own byte order; every machine that the agent supports is
 * little-endian. */
const addressOfHex = (hex: string) =>
  (hex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');

/** The address of the default gateway; of several, the one with the lowest metric, as the kernel prefers it. That of
 * IPv6, which is mostly a link-local one with its zone, counts only where there is none of IPv4. */
export const readDefaultGatewayAddress = (roots: HostRoots): string | undefined =>
  readIpv4GatewayAddress(roots) ?? readIpv6GatewayAddress(roots);

function readIpv4GatewayAddress(roots: HostRoots): string | undefined {
  const rows = readNetworkTable(roots, 'route')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([, destination, gateway, , , , metric, mask]) =>
    destination === '00000000' && mask === '00000000' && gateway !== undefined && gateway !== '00000000'
      ? [{ gateway, metric: Number(metric) }]
      : [],
  );
  const best = routes.sort((a, b) => a.metric - b.metric)[0];
  return best && addressOfHex(best.gateway);
}

/** Columns: destination and its prefix length, source and its prefix length, next hop, metric, references, uses, flags,
 * interface (net/ipv6/route.c, rt6_fill_node for /proc); numbers in hexadecimal. */
function readIpv6GatewayAddress(roots: HostRoots): string | undefined {
  const rows = readNetworkTable(roots, 'ipv6_route')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([destination, length, , , nextHop = '', metric = '', , , , device]) =>
    destination === unspecifiedIpv6 && length === '00' && /^[\da-f]{32}$/.test(nextHop) && nextHop !== unspecifiedIpv6
      ? [{ nextHop, metric: Number.parseInt(metric, 16), device }]
      : [],
  );
  const best = routes.sort((a, b) => a.metric - b.metric)[0];
  if (best === undefined) return undefined;
  const address = new SocketAddress({ family: 'ipv6', address: best.nextHop.replace(/.{4}(?=.)/g, '$&:') }).address;
  return /^fe[89ab]/.test(address) ? `${address}%${best.device}` : address;
}

/** The MAC address of a host on the same link, in upper case; undefined for a host behind a router, and for an address
 * that routers of other networks have too. */
export function readNeighbourMac(roots: HostRoots, address: string): string | undefined {
  const row = readNetworkTable(roots, 'arp')
    .split('\n')
    .find((line) => line.startsWith(`${address} `));
  const mac = row?.split(/\s+/)[3]?.toUpperCase();
  return mac === undefined || mac === '00:00:00:00:00:00' || !isUniqueMacAddress(mac) ? undefined : mac;
}

/** Tells which of the routers is this machine's way to other networks. */
export class GatewayRouterFinder {
  readonly #roots: HostRoots;
  readonly #addresses: AddressResolver;
  /** Name of the router that is this machine's way to other networks; undefined if it is not known. */
  name: string | undefined;

  constructor(roots: HostRoots, addresses: AddressResolver) {
    this.#roots = roots;
    this.#addresses = addresses;
  }

  /** The router at the default gateway's address. An only router is taken for it: a container has another gateway. */
  update(routers: readonly ConfiguredRouter[]): void {
    const gateway = readDefaultGatewayAddress(this.#roots);
    const router =
      routers.length === 1
        ? routers[0]
        : routers.find(({ host }) => gateway !== undefined && this.#addresses.known(host).includes(gateway));
    this.name = router?.name;
  }

  /** Name of the router through which a host is reached; undefined if that is not known, or there is none between. */
  leadingTo(host: string): string | undefined {
    return isBeyondOwnNetwork(this.#addresses, host) ? this.name : undefined;
  }
}
