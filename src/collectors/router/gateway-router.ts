import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressResolver } from '../../lib/names/address-resolver.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';
import { readDefaultGatewayAddress } from './gateway.ts';

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

/** Tells which of the routers is this machine's way to other networks. */
export class GatewayRouter {
  readonly #roots: HostRoots;
  readonly #addresses: AddressResolver;
  #name: string | undefined;

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
    this.#name = router?.name;
  }

  /** Name of the router through which a host is reached; undefined if that is not known, or there is none between. An address that
   * was never found out counts as one of another network, since routers answer for names too. */
  leadingTo(host: string): string | undefined {
    return this.#addresses.known(host).some(isInOwnNetwork) ? undefined : this.#name;
  }
}
