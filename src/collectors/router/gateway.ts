import { tryReadTextSync } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';

/** `net` in a host's /proc that is mounted into a container still shows the container's network. The host's is that of
 * process 1. */
const readNetworkTable = (roots: HostRoots, name: string) =>
  (roots.proc() === '/proc' ? undefined : tryReadTextSync(roots.proc('1/net', name))) ??
  tryReadTextSync(roots.proc('net', name)) ??
  '';

/** The kernel prints addresses in hexadecimal and in its own byte order; every machine that the agent supports is little-endian. */
const addressOfHex = (hex: string) =>
  (hex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');

/** The address of the default gateway; of several, the one with the lowest metric, as the kernel prefers it. */
export function readDefaultGatewayAddress(roots: HostRoots): string | undefined {
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

/** The MAC address of a host on the same link, in upper case; undefined for a host behind a router. */
export function readNeighbourMac(roots: HostRoots, address: string): string | undefined {
  const row = readNetworkTable(roots, 'arp')
    .split('\n')
    .find((line) => line.startsWith(`${address} `));
  const mac = row?.split(/\s+/)[3]?.toUpperCase();
  return mac === undefined || mac === '00:00:00:00:00:00' ? undefined : mac;
}
