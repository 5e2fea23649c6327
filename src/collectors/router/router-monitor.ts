import { readClocks } from '../../lib/clocks.ts';
import { LateAnswerError, NonOverlappingPoller } from '../../lib/poller.ts';
import { type AddressResolver, hostInUrl, measureDnsLatencyMs } from '../../lib/probe/dns.ts';
import {
  type ProbeResult,
  probeTimeoutSeconds,
  probeWaitMsFor,
  ReachabilityProbe,
} from '../../lib/probe/reachability-probe.ts';
import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { describeError } from '../../model/errors.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { readClocksIncludingSleep } from '../../model/past-moment.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { toBaseUnit } from '../../model/unit.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';
import { readNeighbourMac } from './gateway.ts';
import { IgdClient, type IgdReading } from './igd/igd-client.ts';
import { isUnreachableOrBeyondLimits, type LatencyAndLossLimits, latencyAndLossLimitsOf } from './reachability.ts';
import type { RouterReading, RouterReadingByTable } from './reading.ts';
import { isWanConnected, RouterEventDetector } from './router-events.ts';
import type { RouterSettings } from './settings.ts';
import { Tr064PartObserver } from './tr064/parts.ts';
import type { Tr064Reading } from './tr064/reading.ts';
import { Tr064Client } from './tr064/tr064-client.ts';

/** Seconds after which a poll over IGD or TR-064 is aborted. */
const pollTimeoutSeconds = 20;

const valueOfSettled = <T>(result: PromiseSettledResult<T>): T | undefined =>
  result.status === 'fulfilled' ? result.value : undefined;
const errorOfSettled = (result: PromiseSettledResult<unknown>): string | undefined =>
  result.status === 'rejected' && !(result.reason instanceof LateAnswerError)
    ? describeError(result.reason)
    : undefined;

/** Whether the router has just answered: the other states are possible without an answer. */
const hasAnswered = (tr064: Tr064Reading | undefined) => tr064?.access === 'granted' || tr064?.access === 'refused';

/** The members that are not undefined. */
const definedMembers = <T extends object>(object: T | undefined) =>
  Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Watches one router by ping, DNS, IGD and TR-064. */
export class RouterMonitor {
  readonly #agent: AgentIdentity;
  readonly #router: ConfiguredRouter;
  readonly #roots: HostRoots;
  readonly #limits: LatencyAndLossLimits;
  readonly #addresses: AddressResolver;
  readonly #igd: IgdClient;
  readonly #probePoller: NonOverlappingPoller<ProbeResult>;
  readonly #dnsPoller: NonOverlappingPoller<number | undefined>;
  readonly #igdPoller: NonOverlappingPoller<IgdReading>;
  readonly #tr064: Tr064Client;
  readonly #tr064Poller: NonOverlappingPoller<Tr064Reading | undefined>;
  readonly #parts: Tr064PartObserver;
  readonly #events = new RouterEventDetector();
  #queue: Promise<unknown> = Promise.resolve();
  #lastTr064: Tr064Reading | undefined;
  #deviceInfo: Partial<Device> = {};
  #hasDnsAnswered = false;
  #wasReachable: boolean | undefined;

  constructor(
    agent: AgentIdentity,
    memory: DeviceMemories,
    router: ConfiguredRouter,
    settings: RouterSettings,
    roots: HostRoots,
    addresses: AddressResolver,
  ) {
    const { name, host, description } = router;
    this.#agent = agent;
    this.#router = router;
    this.#roots = roots;
    this.#addresses = addresses;
    this.#limits = latencyAndLossLimitsOf(name, settings);
    const reachabilityProbe = new ReachabilityProbe({ name, by: 'icmp', host }, settings.PING_COUNT, addresses);
    this.#igd = new IgdClient({ host, description, ssdp: settings.ROUTER_SSDP === 'on' }, addresses);
    this.#probePoller = new NonOverlappingPoller(
      (signal) => reachabilityProbe.measure(signal),
      probeTimeoutSeconds,
      probeWaitMsFor(settings.PING_COUNT),
    );
    this.#dnsPoller = new NonOverlappingPoller(
      async () => measureDnsLatencyMs(await addresses.resolve(host), settings.ROUTER_DNS_NAME),
      probeTimeoutSeconds,
    );
    this.#igdPoller = new NonOverlappingPoller(
      (signal) => this.#enqueue(() => this.#igd.read(signal)),
      pollTimeoutSeconds,
    );
    const { FRITZBOX_USERNAME: username, FRITZBOX_PASSWORD: password } = settings;
    this.#tr064 = new Tr064Client(
      description?.host ?? hostInUrl(host),
      { username: username.get(name), password: password.get(name) },
      readClocks,
      { memory, device: name },
    );
    this.#tr064Poller = new NonOverlappingPoller(
      (signal) => this.#enqueue(() => this.#tr064.read(signal).finally(() => this.#tr064.close())),
      pollTimeoutSeconds,
    );
    this.#parts = new Tr064PartObserver(settings.FRITZBOX_CLIENTS);
  }

  get name(): string {
    return this.#router.name;
  }

  async read(): Promise<Observation<RouterReadingByTable>[]> {
    const [probe, dns, igd, tr064Result] = await Promise.allSettled([
      this.#probePoller.poll(),
      this.#dnsPoller.poll(),
      this.#igdPoller.poll(),
      this.#tr064Poller.poll(),
    ]);
    const tr064 = this.#newestTr064(tr064Result);
    const reading = {
      ...this.#reading(
        valueOfSettled(probe),
        valueOfSettled(dns),
        valueOfSettled(igd),
        hasAnswered(valueOfSettled(tr064Result)),
      ),
      tr064,
    };
    const moment = readClocksIncludingSleep();
    const events = this.#events.detect({ ...reading, bootedAt: tr064?.bootedAt }, moment);
    if (reading.wan && isWanConnected(reading.wan)) reading.connectedSince = this.#events.connectedSince(moment);
    this.#noteReachability(reading.reachable);
    const hint =
      reading.reachable === false
        ? undefined
        : (tr064?.hint ??
          valueOfSettled(igd)?.hint ??
          errorOfSettled(probe) ??
          errorOfSettled(igd) ??
          errorOfSettled(tr064Result));
    const device = await this.#device(valueOfSettled(igd), tr064);
    return [{ table: 'router', device, reading, hint, events }, ...this.#parts.observe(device, tr064)];
  }

  tryLogin(): void {
    this.#tr064.tryLogin();
  }

  close(): void {
    for (const poller of [this.#probePoller, this.#dnsPoller, this.#igdPoller, this.#tr064Poller]) poller.close();
    this.#igd.close();
    this.#tr064.close();
  }

  /** Sends requests one at a time, because routers handle few connections. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** The previous reading, while the answer is late. */
  #newestTr064(tr064Result: PromiseSettledResult<Tr064Reading | undefined>): Tr064Reading | undefined {
    if (tr064Result.status === 'fulfilled' || !(tr064Result.reason instanceof LateAnswerError))
      this.#lastTr064 = valueOfSettled(tr064Result);
    return this.#lastTr064;
  }

  #reading(
    probe: ProbeResult | undefined,
    dnsLatencyMs: number | undefined,
    igd: IgdReading | undefined,
    hasTr064Answer: boolean,
  ): RouterReading {
    this.#hasDnsAnswered ||= dnsLatencyMs !== undefined;
    const wan = igd?.wan;
    const isPingAnswered = probe === undefined ? undefined : probe.stats.received > 0;
    // A router that answers any request is up. Unanswered echoes then show that ICMP is blocked, and are no measurement.
    const reachable =
      isPingAnswered || dnsLatencyMs !== undefined || wan !== undefined || hasTr064Answer ? true : isPingAnswered;
    const reachability = { reachable, probe: isPingAnswered === reachable ? probe : undefined };
    return {
      ...reachability,
      problem: isUnreachableOrBeyondLimits(reachability, this.#limits),
      dns: this.#hasDnsAnswered
        ? { answers: dnsLatencyMs !== undefined, latencySeconds: toBaseUnit(dnsLatencyMs, 'ms') }
        : undefined,
      wan,
    };
  }

  #noteReachability(reachable: boolean | undefined): void {
    if (reachable === true && this.#wasReachable === false) this.#igd.renew();
    this.#wasReachable = reachable;
  }

  async #device(igd: IgdReading | undefined, tr064: Tr064Reading | undefined): Promise<Device> {
    const { name, host } = this.#router;
    const address = await this.#addresses.resolve(host).catch(() => host);
    const { manufacturer, model, serialNumber, firmware, presentation } = {
      ...igd?.description,
      ...definedMembers(tr064?.device),
    };
    Object.assign(
      this.#deviceInfo,
      definedMembers({
        manufacturer,
        model,
        serialNumber,
        softwareVersion: firmware,
        configurationUrl: presentation?.href,
        macAddress: tr064?.device.macAddress,
      }),
    );
    const macAddress = readNeighbourMac(this.#roots, address) ?? this.#deviceInfo.macAddress;
    if (macAddress !== undefined) this.#deviceInfo.macAddress = macAddress;
    return {
      id: name,
      name: `${this.#agent.name} ${name}`,
      configurationUrl: `http://${hostInUrl(address)}/`,
      ...this.#deviceInfo,
      via: this.#agent.id,
    };
  }
}
