import { isIPv4 } from 'node:net';
import type { AddressResolver } from '../../lib/names/address-resolver.ts';
import type { UpnpDescription } from '../../lib/upnp/description.ts';
import { definedMembers } from '../../model/defined-members.ts';
import { type Device, namePrefixedDeviceBelowAgent } from '../../model/device.ts';
import { hostInUrl } from '../../model/host-in-url.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';
import { type GatewayRouterFinder, readNeighbourMac } from './gateway.ts';
import type { FritzBoxProperties } from './tr064/reading.ts';

/** A router as a device: what it has said of itself stays while it says nothing. */
export class RouterDeviceDescriber {
  readonly #agent: AgentIdentity;
  readonly #router: ConfiguredRouter;
  readonly #roots: HostRoots;
  readonly #addresses: AddressResolver;
  /** An agent with an account can report more of a FRITZ!Box than one without. */
  readonly #rank: number;
  readonly #known: Partial<Omit<Device, 'id' | 'name' | 'via'>> = {};

  readonly #gateway: GatewayRouterFinder;

  constructor(
    agent: AgentIdentity,
    router: ConfiguredRouter,
    roots: HostRoots,
    addresses: AddressResolver,
    gateway: GatewayRouterFinder,
    hasAccount: boolean,
  ) {
    this.#rank = hasAccount ? 1 : 0;
    this.#gateway = gateway;
    this.#agent = agent;
    this.#router = router;
    this.#roots = roots;
    this.#addresses = addresses;
  }

  update(description: UpnpDescription | undefined, fritzBox: FritzBoxProperties | undefined): Device {
    const { name, host } = this.#router;
    const addresses = this.#addresses.known(host);
    const address = addresses.find(isIPv4) ?? addresses[0] ?? host;
    const { manufacturer, model, serialNumber, firmware, presentation } = {
      ...description,
      ...definedMembers(fritzBox),
    };
    Object.assign(
      this.#known,
      definedMembers({
        manufacturer,
        model,
        serialNumber,
        softwareVersion: firmware,
        configurationUrl: presentation?.href,
        macAddress: fritzBox?.macAddress,
      }),
    );
    const macAddress = readNeighbourMac(this.#roots, address) ?? this.#known.macAddress;
    if (macAddress !== undefined) this.#known.macAddress = macAddress;
    const reachedThrough = this.#gateway.leadingTo(host);
    if (reachedThrough !== undefined && reachedThrough !== name) this.#known.reachedThrough = reachedThrough;
    return namePrefixedDeviceBelowAgent(this.#agent, {
      id: name,
      name,
      ...(address.includes('%') ? {} : { configurationUrl: `http://${hostInUrl(address)}/` }),
      shared: { key: this.#known.macAddress, rank: this.#rank },
      ...this.#known,
      ...(this.#gateway.name === name ? { isGateway: true } : {}),
    });
  }
}
