import { AddressResolver } from '../../lib/names/address-resolver.ts';
import { memoryKey } from '../../model/address.ts';
import type {
  CollectorContext,
  CollectorDefinition,
  Observation,
  ObservationOrComplaint,
} from '../../model/collector.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { UsageError } from '../../model/errors.ts';
import { HostRoots } from '../../model/host-roots.ts';
import { slug } from '../../model/naming.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';
import { GatewayRouter, readDefaultGatewayAddress } from './gateway.ts';
import { routerTables } from './metrics.ts';
import type { RouterReadingByTable } from './reading.ts';
import { RouterMonitor } from './router-monitor.ts';
import { type RouterSettings, routerSettingsSchema } from './settings.ts';
import { TargetMonitor } from './target-monitor.ts';
import { loginMemoryFormat } from './tr064/login-channel.ts';

/** The router, if the settings name none. */
const defaultGateway = { name: 'gateway' };

/** Reads all routers and targets at the same time. */
class RoutersAndTargetsReader {
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

/** Watches routers, and earlier hosts and services that should be reachable from this machine. */
export const routerCollector: CollectorDefinition<RouterReadingByTable, typeof routerSettingsSchema.shape> = {
  id: 'router',
  title: 'Routers',
  summary: {
    subject: 'Routers',
    page: 'routers.md',
    always:
      'the default gateway, of any make: latency, packet loss, DNS, internet connection, addresses and data rates; outages and reboots as events',
    withSetting:
      '`FRITZBOX_HOSTS`, `PING_TARGETS`: other routers and hosts; with [a FRITZ!Box account](docs/fritzbox.md), also its line, WLAN, clients and firmware',
  },
  endpoint: 'fritz',
  env: routerSettingsSchema,
  schedule: '*/30 * * * * *',
  namedThings({ FRITZBOX_HOSTS, PING_TARGETS }) {
    const routers = (FRITZBOX_HOSTS.length === 0 ? [defaultGateway] : FRITZBOX_HOSTS).map(({ name }) => name);
    return [
      { kind: 'router', settings: ['FRITZBOX_USERNAME', 'FRITZBOX_PASSWORD'], names: routers },
      {
        kind: 'router or target',
        settings: ['PING_LATENCY_LIMIT', 'PING_LOSS_LIMIT'],
        names: [...routers, ...PING_TARGETS.map(({ name }) => name)],
      },
    ];
  },
  tables: routerTables,
  memory: loginMemoryFormat,
  open(env, context) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const duplicate = names.find(
      (name, index) =>
        slug(name) === context.agent.id || names.slice(0, index).some((earlier) => slug(earlier) === slug(name)),
    );
    if (duplicate !== undefined)
      throw new UsageError(
        `FRITZBOX_HOSTS, PING_TARGETS: the name “${duplicate}” is already in use; choose another one: name=address`,
      );
    const reader = new RoutersAndTargetsReader(context, env);
    return {
      read: () => reader.read(),
      runAction: (device) => reader.tryLogin(device),
      advice: () => reader.advice,
      close: () => reader.close(),
    };
  },
};
