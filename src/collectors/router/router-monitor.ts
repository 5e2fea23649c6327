import { readClocks } from '../../lib/clocks.ts';
import type { AddressResolver } from '../../lib/names/address-resolver.ts';
import { measureDnsServerLatencyMs } from '../../lib/names/dns.ts';
import { Poller } from '../../lib/poller.ts';
import { type ProbeResult, pollerOptionsForPingBurst, ReachabilityProbe } from '../../lib/probe/reachability-probe.ts';
import { NoAnswerError } from '../../lib/with-timeout.ts';
import type { Observation } from '../../model/collector.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { describeError } from '../../model/errors.ts';
import { hostInUrl } from '../../model/host-in-url.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { readClocksIncludingSleep } from '../../model/past-moment.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { AnyTranslatableText } from '../../model/translation.ts';
import { toBaseUnit } from '../../model/unit.ts';
import type { ConfiguredRouter } from './configured-hosts.ts';
import type { GatewayRouterFinder } from './gateway.ts';
import { IgdClient, type IgdReading } from './igd/igd-client.ts';
import { isUnreachableOrBeyondLimits, type LatencyAndLossLimits, latencyAndLossLimitsOf } from './reachability.ts';
import type { RouterReading, RouterReadingByTable, WanReading } from './reading.ts';
import { RouterDeviceDescriber } from './router-device-describer.ts';
import { isWanConnected, RouterEventDetector } from './router-events.ts';
import type { RouterSettings } from './settings.ts';
import { LoginAddressRule } from './tr064/advice.ts';
import type { Tr064Reading } from './tr064/reading.ts';
import { Tr064SubDeviceObservationBuilder } from './tr064/sub-devices.ts';
import { Tr064Client } from './tr064/tr064-client.ts';

/** For polls over DNS, and over IGD and TR-064, whose requests are sent one after the other. */
const dnsPollerOptions = { timeoutSeconds: 12, waitOnceLateMs: 500 };
const requestPollerOptions = { timeoutSeconds: 20, waitOnceLateMs: 500 };

const answerOf = <T>(polled: PromiseSettledResult<T>): T | undefined =>
  polled.status === 'fulfilled' ? polled.value : undefined;
const errorOf = (polled: PromiseSettledResult<unknown>): string | undefined =>
  polled.status === 'rejected' && !(polled.reason instanceof NoAnswerError) ? describeError(polled.reason) : undefined;

/** Whether the router has just answered: the other states are possible without an answer. */
const hasAnswered = (tr064: Tr064Reading | undefined) => tr064?.access === 'granted' || tr064?.access === 'refused';

/** Watches one router by ping, DNS, IGD and TR-064. */
export class RouterMonitor {
  readonly name: string;
  readonly #login: LoginAddressRule;
  readonly #device: RouterDeviceDescriber;
  /** Whether no other agent reports what the router says of itself. */
  readonly #isOwner: () => boolean;
  readonly #limits: LatencyAndLossLimits;
  readonly #igd: IgdClient;
  readonly #probePoller: Poller<ProbeResult>;
  readonly #dnsPoller: Poller<number | undefined>;
  readonly #igdPoller: Poller<IgdReading>;
  readonly #tr064: Tr064Client;
  readonly #tr064Poller: Poller<Tr064Reading | undefined>;
  readonly #parts: Tr064SubDeviceObservationBuilder;
  readonly #events = new RouterEventDetector();
  #queue: Promise<void> = Promise.resolve();
  #hasDnsAnswered = false;
  #wasReachable: boolean | undefined;

  constructor(
    agent: AgentIdentity,
    memory: DeviceMemories,
    router: ConfiguredRouter,
    settings: RouterSettings,
    roots: HostRoots,
    addresses: AddressResolver,
    gateway: GatewayRouterFinder,
    isOwner: () => boolean,
  ) {
    const { name, host, description } = router;
    const { FRITZBOX_USERNAME: username, FRITZBOX_PASSWORD: passwords } = settings;
    const password = passwords.get(name);
    this.name = name;
    this.#login = new LoginAddressRule(router, addresses, settings.FRITZBOX_HOSTS.length > 0, password !== undefined);
    this.#isOwner = isOwner;
    this.#device = new RouterDeviceDescriber(agent, router, roots, addresses, gateway, password !== undefined);
    this.#limits = latencyAndLossLimitsOf(name, settings);
    const probe = new ReachabilityProbe({ name, by: 'icmp', host }, settings.PING_COUNT, addresses);
    const { address } = probe;
    this.#igd = new IgdClient({ description, ssdp: settings.ROUTER_SSDP }, address);
    this.#probePoller = new Poller((signal) => probe.measure(signal), pollerOptionsForPingBurst(settings.PING_COUNT));
    this.#dnsPoller = new Poller(
      async () => measureDnsServerLatencyMs(await address.find(), settings.ROUTER_DNS_NAME),
      dnsPollerOptions,
    );
    this.#igdPoller = new Poller((signal) => this.#inTurn(() => this.#igd.read(signal)), requestPollerOptions);
    this.#tr064 = new Tr064Client(
      description?.host ?? hostInUrl(host),
      { username: username.get(name), password },
      readClocks,
      { memory, device: name },
      address.lookUp,
    );
    this.#tr064Poller = new Poller((signal) => this.#inTurn(() => this.#readTr064(signal)), requestPollerOptions);
    this.#parts = new Tr064SubDeviceObservationBuilder(settings.FRITZBOX_CLIENTS);
  }

  async read(): Promise<Observation<RouterReadingByTable>[]> {
    const [probe, dns, igd, polledTr064] = await Promise.allSettled([
      this.#probePoller.pollCurrent(),
      this.#dnsPoller.pollCurrent(),
      this.#igdPoller.pollCurrent(),
      this.#tr064Poller.poll(),
    ]);
    // While its answer is late, the values of the one before stay.
    const { answer: tr064, late = true } = answerOf(polledTr064) ?? {};
    const igdReading = answerOf(igd);
    const reading = {
      ...this.#reading(answerOf(probe), answerOf(dns), igdReading?.wan, !late && hasAnswered(tr064)),
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
          igdReading?.hint ??
          errorOf(probe) ??
          errorOf(igd) ??
          errorOf(polledTr064) ??
          this.#login.addressHint);
    const device = this.#device.update(igdReading?.description, tr064?.device);
    const parts = this.#isOwner() ? this.#parts.observe(device, tr064) : [];
    return [{ table: 'router', device, reading, hint, events }, ...parts];
  }

  /** What `check` says of the login. */
  get advice(): AnyTranslatableText[] {
    return this.#login.advice(this.#tr064.isLoginPlain);
  }

  tryLogin(): void {
    this.#tr064.tryLogin();
  }

  close(): void {
    for (const poller of [this.#probePoller, this.#dnsPoller, this.#igdPoller, this.#tr064Poller]) poller.close();
    this.#igd.close();
    this.#tr064.close();
  }

  /** One request at a time, because routers handle few connections. */
  async #inTurn<T>(request: () => Promise<T>): Promise<T> {
    const previous = this.#queue;
    let finish: () => void = () => undefined;
    this.#queue = new Promise((resolve) => {
      finish = resolve;
    });
    await previous;
    try {
      return await request();
    } finally {
      finish();
    }
  }

  async #readTr064(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    try {
      return await this.#tr064.read(signal, this.#isOwner() ? this.#login.permission : 'none');
    } finally {
      this.#tr064.close();
    }
  }

  #reading(
    probe: ProbeResult | undefined,
    dnsLatencyMs: number | undefined,
    wan: WanReading | undefined,
    hasTr064Answer: boolean,
  ): RouterReading {
    this.#hasDnsAnswered ||= dnsLatencyMs !== undefined;
    const isPingAnswered = probe === undefined ? undefined : probe.stats.received > 0;
    // A router that answers any request is up. Unanswered echoes then show that ICMP is blocked: no measurement.
    const reachable =
      isPingAnswered || dnsLatencyMs !== undefined || wan !== undefined || hasTr064Answer ? true : isPingAnswered;
    const reachability = {
      reachable,
      isNamed: this.#login.isNamed,
      probe: isPingAnswered === reachable ? probe : undefined,
    };
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
}
