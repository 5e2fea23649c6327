import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressResolver } from './address-resolver.ts';

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Whether an address is in a network that this machine is connected to. */
function isInOwnNetwork(address: string): boolean {
  const networks = new BlockList();
  for (const { cidr } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])) {
    const [network, prefix] = cidr?.split('/') ?? [];
    if (network !== undefined) networks.addSubnet(network, Number(prefix), familyOf(network));
  }
  return networks.check(address.split('%')[0] ?? '', familyOf(address));
}

/** Whether a host is reached through a router. An address that was never found out counts as one of another network, since routers
 * answer for names too. */
export function isBeyondOwnNetwork(addresses: AddressResolver, host: string): boolean {
  return !addresses.known(host).some(isInOwnNetwork);
}
