import { now } from '../../lib/rates.ts';
import type { Roots } from '../../lib/roots.ts';
import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import { describe } from '../../model/fault.ts';
import type { Memory } from '../../model/memory.ts';
import type { Agent } from '../../model/state.ts';
import { type Addresses, inUrl } from './addresses.ts';
import { Changes, isConnected } from './changes.ts';
import { askDns } from './dns.ts';
import { neighbourMac } from './gateway.ts';
import { Igd, type IgdReading } from './igd/index.ts';
import { isProblem, type Limits, limitsOf } from './limits.ts';
import { burstLimit, patienceFor, type Reach, Reaching } from './reach/index.ts';
import type { RouterReading, RouterReadings } from './reading.ts';
import type { RouterSettings } from './settings.ts';
import type { RouterSubject } from './subjects.ts';
import { Tr064 } from './tr064/index.ts';
import { Parts } from './tr064/parts.ts';
import type { Tr064Reading } from './tr064/reading.ts';
import { Late, Watch } from './watch.ts';

/** Seconds after which a round of questions is given up. */
const roundLimit = 20;

const settled = <T>(result: PromiseSettledResult<T>): T | undefined => (result.status === 'fulfilled' ? result.value : undefined);
const failure = (result: PromiseSettledResult<unknown>): string | undefined =>
  result.status === 'rejected' && !(result.reason instanceof Late) ? describe(result.reason) : undefined;

/** Only these were asked now; what else there is may be known from before. */
const hasAnswered = (tr064: Tr064Reading | undefined) => tr064?.access === 'granted' || tr064?.access === 'refused';

/** Without what is not known. */
const known = <T extends object>(told: T | undefined) => Object.fromEntries(Object.entries(told ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;

/** One router, by all that can be had of it. */
export class Router {
  readonly #agent: Agent;
  readonly #subject: RouterSubject;
  readonly #roots: Roots;
  readonly #limits: Limits;
  readonly #addresses: Addresses;
  readonly #igd: Igd;
  readonly #reach: Watch<Reach>;
  readonly #dns: Watch<number | undefined>;
  readonly #told: Watch<IgdReading>;
  readonly #tr064: Tr064;
  readonly #private: Watch<Tr064Reading | undefined>;
  readonly #parts: Parts;
  readonly #changes = new Changes();
  #turn: Promise<unknown> = Promise.resolve();
  #last: Tr064Reading | undefined;
  #about: Partial<Device> = {};
  #hasDns = false;
  #wasReachable: boolean | undefined;

  constructor(agent: Agent, memory: Memory, subject: RouterSubject, settings: RouterSettings, roots: Roots, addresses: Addresses) {
    const { name, host, description } = subject;
    this.#agent = agent;
    this.#subject = subject;
    this.#roots = roots;
    this.#addresses = addresses;
    this.#limits = limitsOf(name, settings);
    const reaching = new Reaching({ name, by: 'icmp', host }, settings.PING_COUNT, addresses);
    this.#igd = new Igd({ host, description, ssdp: settings.ROUTER_SSDP === 'on' }, addresses);
    this.#reach = new Watch((signal) => reaching.measure(signal), burstLimit, patienceFor(settings.PING_COUNT));
    this.#dns = new Watch(async () => askDns(await addresses.of(host), settings.ROUTER_DNS_NAME), burstLimit);
    this.#told = new Watch((signal) => this.#inTurn(() => this.#igd.read(signal)), roundLimit);
    const { FRITZBOX_USERNAME: username, FRITZBOX_PASSWORD: password } = settings;
    this.#tr064 = new Tr064(description?.host ?? inUrl(host), { username: username.of(name), password: password.of(name) }, now, { memory, device: name });
    this.#private = new Watch((signal) => this.#inTurn(() => this.#tr064.read(signal).finally(() => this.#tr064.close())), roundLimit);
    this.#parts = new Parts(settings.FRITZBOX_CLIENTS);
  }

  get name(): string {
    return this.#subject.name;
  }

  async read(): Promise<Found<RouterReadings>[]> {
    const [reach, dns, told, answer] = await Promise.allSettled([this.#reach.look(), this.#dns.look(), this.#told.look(), this.#private.look()]);
    const tr064 = this.#newest(answer);
    const reading = { ...this.#reading(settled(reach), settled(dns), settled(told), hasAnswered(settled(answer))), tr064 };
    const moment = now();
    const events = this.#changes.see({ ...reading, bootedAt: tr064?.bootedAt }, moment);
    if (reading.wan && isConnected(reading.wan)) reading.connectedSince = this.#changes.connectedSince(moment);
    this.#notice(reading.reachable);
    const hint = reading.reachable === false ? undefined : (tr064?.hint ?? settled(told)?.hint ?? failure(reach) ?? failure(told) ?? failure(answer));
    const device = await this.#device(settled(told), tr064);
    return [{ of: 'router', device, reading, hint, events }, ...this.#parts.see(device, tr064)];
  }

  tryLogin(): void {
    this.#tr064.tryLogin();
  }

  close(): void {
    for (const watch of [this.#reach, this.#dns, this.#told, this.#private]) watch.close();
    this.#igd.close();
    this.#tr064.close();
  }

  /** A box is asked one thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** A slow answer leaves the one before in its place. */
  #newest(answer: PromiseSettledResult<Tr064Reading | undefined>): Tr064Reading | undefined {
    if (answer.status === 'fulfilled' || !(answer.reason instanceof Late)) this.#last = settled(answer);
    return this.#last;
  }

  #reading(reach: Reach | undefined, latency: number | undefined, told: IgdReading | undefined, loggedIn: boolean): RouterReading {
    this.#hasDns ||= latency !== undefined;
    const wan = told?.wan;
    const pinged = reach === undefined ? undefined : reach.burst.received > 0;
    // A box that answers some other question lives; then silence says that echoes do not get through, not how well.
    const reachable = pinged || latency !== undefined || wan !== undefined || loggedIn ? true : pinged;
    const reached = { reachable, reach: pinged === reachable ? reach : undefined };
    return { ...reached, problem: isProblem(reached, this.#limits), dns: this.#hasDns ? { answers: latency !== undefined, latency } : undefined, wan };
  }

  #notice(reachable: boolean | undefined): void {
    if (reachable === true && this.#wasReachable === false) this.#igd.renew();
    this.#wasReachable = reachable;
  }

  async #device(told: IgdReading | undefined, tr064: Tr064Reading | undefined): Promise<Device> {
    const { name, host } = this.#subject;
    const address = await this.#addresses.of(host).catch(() => host);
    const { manufacturer, model, serialNumber, firmware, presentation } = { ...told?.about, ...known(tr064?.device) };
    Object.assign(this.#about, known({ manufacturer, model, serialNumber, softwareVersion: firmware, configurationUrl: presentation?.href, macAddress: tr064?.device.macAddress }));
    const macAddress = neighbourMac(this.#roots, address) ?? this.#about.macAddress;
    if (macAddress !== undefined) this.#about.macAddress = macAddress;
    return { id: name, name: `${this.#agent.name} ${name}`, configurationUrl: `http://${inUrl(address)}/`, ...this.#about, via: this.#agent.id };
  }
}
