import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressResolver } from './address-resolver.ts';

const familyOf = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');

/** Whether an address is in a network that this machine is connected to. */
function isInOwnNetwork(address: string): boolean {
  const networks = new BlockList();
  for (const { cidr } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])) {
    const [network, prefix] = cidr?.split('/') ?? [];
    if (network !== undefined) networks.addSubnet(network, Number(prefix), familyOf(network));
  }
  return networks.check(address.split('%')[0] ?? '', familyOf(address));
}

/** Whether a host is reached through a router. An address that was never found out counts as one of another network,
 * since routers answer for names too. */
export function isBeyondOwnNetwork(addresses: AddressResolver, host: string): boolean {
  return !addresses.known(host).some(isInOwnNetwork);
}

/** Networks that are not part of the internet (RFC 6890), among them that of carriers' NAT, which VPNs use too. */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  privateNetworks.addSubnet(network, prefix, familyOf(network));

/** Whether an address is on the internet, outside of this machine's networks. */
export const isPublicAddress = (address: string): boolean =>
  !privateNetworks.check(address.split('%')[0] ?? '', familyOf(address)) && !isInOwnNetwork(address);
