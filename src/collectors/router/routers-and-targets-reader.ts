import { AddressResolver } from '../../lib/names/address-resolver.ts';
import { memoryKey } from '../../model/address.ts';
import type { CollectorContext, Observation, ObservationOrComplaint } from '../../model/collector.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { HostRoots } from '../../model/host-roots.ts';
import { slug } from '../../model/naming.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { type ConfiguredRouter, defaultGateway } from './configured-hosts.ts';
import { GatewayRouter, readDefaultGatewayAddress } from './gateway.ts';
import type { RouterReadingByTable } from './reading.ts';
import { RouterMonitor } from './router-monitor.ts';
import type { RouterSettings } from './settings.ts';
import { TargetMonitor } from './target-monitor.ts';

/** Reads all routers and targets at the same time. */
export class RoutersAndTargetsReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemories;
  readonly #state: AgentState;
  readonly #settings: RouterSettings;
  readonly #roots: HostRoots;
  readonly #addresses = new AddressResolver();
  readonly #gateway: GatewayRouter;
  readonly #targets: TargetMonitor[];
  /** By name and host, because the default gateway can change. */
  #routers = new Map<string, RouterMonitor>();

  constructor({ agent, memory, state }: CollectorContext, settings: RouterSettings) {
    this.#agent = agent;
    this.#memory = memory;
    this.#state = state;
    this.#settings = settings;
    this.#roots = new HostRoots({ ...settings, HOST_SYS: '/sys', HOST_ROOT: '/' });
    this.#gateway = new GatewayRouter(this.#roots, this.#addresses);
    this.#targets = settings.PING_TARGETS.map(
      (address) => new TargetMonitor(agent, address, settings, this.#addresses, this.#gateway),
    );
  }

  async read(): Promise<ObservationOrComplaint<RouterReadingByTable>[]> {
    const addresses = this.#routerAddresses();
    const problems =
      addresses.length > 0 ? [] : [{ complaint: 'there is no default gateway, and FRITZBOX_HOSTS is not set' }];
    const routers = this.#updateRouters(addresses);
    this.#gateway.update(addresses);
    const found = await Promise.all([
      ...routers.map((router) => router.read()),
      ...this.#targets.map(async (target): Promise<Observation<RouterReadingByTable>[]> => [await target.read()]),
    ]);
    return [...found.flat(), ...problems];
  }

  /** Lifts the login lockout of the router with this slug. */
  tryLogin(device: string): void {
    for (const router of this.#routers.values()) if (slug(router.name) === device) router.tryLogin();
  }

  get advice(): string[] {
    return [...this.#routers.values()].flatMap((router) => router.advice);
  }

  async close(): Promise<void> {
    for (const monitor of [...this.#routers.values(), ...this.#targets]) monitor.close();
  }

  #routerAddresses(): ConfiguredRouter[] {
    const { FRITZBOX_HOSTS: configured } = this.#settings;
    if (configured.length > 0) return configured;
    const host = readDefaultGatewayAddress(this.#roots);
    return host === undefined ? [] : [{ ...defaultGateway, host }];
  }

  #updateRouters(addresses: readonly ConfiguredRouter[]): RouterMonitor[] {
    const before = this.#routers;
    const keyOf = ({ name, host }: ConfiguredRouter) => `${name} ${host}`;
    this.#routers = new Map(
      addresses.map(
        (address) =>
          [
            keyOf(address),
            before.get(keyOf(address)) ??
              new RouterMonitor(
                this.#agent,
                this.#memory,
                address,
                this.#settings,
                this.#roots,
                this.#addresses,
                this.#gateway,
                () => !this.#state.owners.has(memoryKey({ collector: 'router', device: slug(address.name) })),
              ),
          ] as const,
      ),
    );
    for (const [key, router] of before) if (!this.#routers.has(key)) router.close();
    return [...this.#routers.values()];
  }
}
