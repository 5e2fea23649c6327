import { AddressResolver } from '../../lib/names/address-resolver.ts';
import { Poller } from '../../lib/poller.ts';
import {
  type ProbeResult,
  type ProbeTarget,
  pollerOptionsForPingBurst,
  ReachabilityProbe,
} from '../../lib/probe/reachability-probe.ts';
import { NoAnswerError } from '../../lib/with-timeout.ts';
import { memoryKey } from '../../model/address.ts';
import type { CollectorContext, Observation, ObservationOrComplaint } from '../../model/collector.ts';
import { type Device, namePrefixedDeviceBelowAgent } from '../../model/device.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { HostRoots } from '../../model/host-roots.ts';
import { slug } from '../../model/naming.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import type { AnyTranslatableText } from '../../model/translation.ts';
import { projectName } from '../../version.ts';
import { type ConfiguredRouter, defaultGateway } from './configured-hosts.ts';
import { GatewayRouterFinder, readDefaultGatewayAddress } from './gateway.ts';
import { routerTexts } from './problems.ts';
import { isUnreachableOrBeyondLimits, type LatencyAndLossLimits, latencyAndLossLimitsOf } from './reachability.ts';
import type { RouterReadingByTable } from './reading.ts';
import { EndedOutageDetector } from './router-events.ts';
import { RouterMonitor } from './router-monitor.ts';
import type { RouterSettings } from './settings.ts';

/** Watches one host or service. */
class TargetMonitor {
  readonly #host: string;
  readonly #gateway: GatewayRouterFinder;
  #device: Device;
  readonly #poller: Poller<ProbeResult>;
  readonly #outages = new EndedOutageDetector();
  readonly #limits: LatencyAndLossLimits;

  constructor(
    agent: AgentIdentity,
    target: ProbeTarget,
    settings: RouterSettings,
    addresses: AddressResolver,
    gateway: GatewayRouterFinder,
  ) {
    const { name, host } = target;
    this.#host = host;
    this.#gateway = gateway;
    this.#device = namePrefixedDeviceBelowAgent(agent, {
      id: name,
      name,
      manufacturer: projectName,
      model: { icmp: 'Ping target', tcp: 'TCP target', http: 'HTTP target' }[target.by],
      ...('url' in target ? { configurationUrl: target.url.origin } : {}),
    });
    const reachabilityProbe = new ReachabilityProbe(target, settings.PING_COUNT, addresses);
    this.#poller = new Poller(
      (signal) => reachabilityProbe.measure(signal),
      pollerOptionsForPingBurst(settings.PING_COUNT),
    );
    this.#limits = latencyAndLossLimitsOf(name, settings);
  }

  async read(): Promise<Observation<RouterReadingByTable>> {
    const reachedThrough = this.#gateway.leadingTo(this.#host);
    if (reachedThrough !== undefined && this.#device.reachedThrough !== reachedThrough)
      this.#device = { ...this.#device, reachedThrough };
    const device = this.#device;
    try {
      const probe = await this.#poller.pollCurrent();
      const { unmeasurable } = probe;
      const reachable = probe.stats.received > 0;
      const outage = this.#outages.update(reachable);
      const reachability = { reachable, probe, isNamed: true };
      return {
        table: 'target',
        device,
        reading: { ...reachability, problem: isUnreachableOrBeyondLimits(reachability, this.#limits) },
        hint: unmeasurable && ((texts = routerTexts) => texts.unmeasurableHttp(unmeasurable)),
        events: outage && [{ type: 'outage', at: outage.to, ...outage }],
      };
    } catch (error) {
      const isLate = error instanceof NoAnswerError;
      return {
        table: 'target',
        device,
        error: isLate ? new NoAnswerError((texts = routerTexts) => texts.noAnswerYet) : error,
      };
    }
  }

  close(): void {
    this.#poller.close();
  }
}

/** Reads all routers and targets at the same time. */
export class RoutersAndTargetsReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemories;
  readonly #state: AgentState;
  readonly #settings: RouterSettings;
  readonly #roots: HostRoots;
  readonly #addresses = new AddressResolver();
  readonly #gateway: GatewayRouterFinder;
  readonly #targets: TargetMonitor[];
  /** By name and host, because the default gateway can change. */
  #routers = new Map<string, RouterMonitor>();

  constructor({ agent, memory, state }: CollectorContext, settings: RouterSettings) {
    this.#agent = agent;
    this.#memory = memory;
    this.#state = state;
    this.#settings = settings;
    this.#roots = new HostRoots({ ...settings, HOST_SYS: '/sys', HOST_ROOT: '/' });
    this.#gateway = new GatewayRouterFinder(this.#roots, this.#addresses);
    this.#targets = settings.PING_TARGETS.map(
      (address) => new TargetMonitor(agent, address, settings, this.#addresses, this.#gateway),
    );
  }

  async read(): Promise<ObservationOrComplaint<RouterReadingByTable>[]> {
    const addresses = this.#routerAddresses();
    const problems = addresses.length > 0 ? [] : [{ complaint: (texts = routerTexts) => texts.noGateway }];
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

  get advice(): AnyTranslatableText[] {
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
