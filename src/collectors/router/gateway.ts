import { readText } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';

/** Where a container has the host's /proc, what stands directly below is still the container's own network; the host's is
 * that of its first process. */
const readNetworkTable = (roots: HostRoots, name: string) =>
  (roots.proc() === '/proc' ? undefined : readText(roots.proc('1/net', name))) ??
  readText(roots.proc('net', name)) ??
  '';

/** Hexadecimal, in the byte order of the machine, which is little-endian wherever Node runs. */
const addressOf = (hex: string) =>
  (hex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');

/** The address of the default gateway: of several routes the one that the kernel prefers. */
export function readDefaultGateway(roots: HostRoots): string | undefined {
  const rows = readNetworkTable(roots, 'route')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const routes = rows.flatMap(([, destination, gateway, , , , metric, mask]) =>
    destination === '00000000' && mask === '00000000' && gateway !== undefined && gateway !== '00000000'
      ? [{ gateway, metric: Number(metric) }]
      : [],
  );
  const best = routes.sort((a, b) => a.metric - b.metric)[0];
  return best && addressOf(best.gateway);
}

/** The MAC address of a neighbour; undefined where the way goes through others. */
export function readNeighbourMac(roots: HostRoots, address: string): string | undefined {
  const row = readNetworkTable(roots, 'arp')
    .split('\n')
    .find((line) => line.startsWith(`${address} `));
  const mac = row?.split(/\s+/)[3]?.toUpperCase();
  return mac === undefined || mac === '00:00:00:00:00:00' ? undefined : mac;
}
