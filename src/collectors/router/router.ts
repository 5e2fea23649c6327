import { isIPv6 } from 'node:net';
import { now } from '../../lib/rates.ts';
import type { Roots } from '../../lib/roots.ts';
import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import { describe } from '../../model/fault.ts';
import type { Agent } from '../../model/state.ts';
import type { Addresses } from './addresses.ts';
import { Changes, isConnected } from './changes.ts';
import { askDns } from './dns.ts';
import { neighbourMac } from './gateway.ts';
import { Igd, type IgdReading } from './igd/index.ts';
import { isProblem, type Limits, limitsOf } from './limits.ts';
import { type Reach, Reaching } from './reach/index.ts';
import type { RouterReading, RouterReadings } from './reading.ts';
import type { RouterSettings } from './settings.ts';
import type { RouterSubject } from './subjects.ts';
import { Late, Watch } from './watch.ts';

/** Seconds after which a burst of pings, and a round of questions, is given up. */
const pingPatience = 12;
const roundPatience = 20;

const settled = <T>(result: PromiseSettledResult<T>): T | undefined => (result.status === 'fulfilled' ? result.value : undefined);
const failure = (result: PromiseSettledResult<unknown>): string | undefined =>
  result.status === 'rejected' && !(result.reason instanceof Late) ? describe(result.reason) : undefined;

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
  readonly #changes = new Changes();
  #about: Partial<Device> = {};
  #hasDns = false;
  #wasReachable: boolean | undefined;

  constructor(agent: Agent, subject: RouterSubject, settings: RouterSettings, roots: Roots, addresses: Addresses) {
    const { name, host, description } = subject;
    this.#agent = agent;
    this.#subject = subject;
    this.#roots = roots;
    this.#addresses = addresses;
    this.#limits = limitsOf(name, settings);
    const reaching = new Reaching({ name, by: 'icmp', host }, settings.PING_COUNT, addresses);
    this.#igd = new Igd({ host, description, ssdp: settings.ROUTER_SSDP === 'on' }, addresses);
    this.#reach = new Watch((signal) => reaching.measure(signal), pingPatience);
    this.#dns = new Watch(async () => askDns(await addresses.of(host), settings.ROUTER_DNS_NAME), pingPatience);
    this.#told = new Watch((signal) => this.#igd.read(signal), roundPatience);
  }

  async read(): Promise<Found<RouterReadings>[]> {
    const [reach, dns, told] = await Promise.allSettled([this.#reach.look(), this.#dns.look(), this.#told.look()]);
    const reading = this.#reading(settled(reach), settled(dns), settled(told));
    const moment = now();
    const events = this.#changes.see(reading, moment);
    if (reading.wan && isConnected(reading.wan)) reading.connectedSince = this.#changes.connectedSince(moment);
    this.#notice(reading.reachable);
    const hint = reading.reachable === false ? undefined : (settled(told)?.hint ?? failure(reach) ?? failure(told));
    return [{ of: 'router', device: await this.#device(settled(told)), reading, hint, events }];
  }

  close(): void {
    for (const watch of [this.#reach, this.#dns, this.#told]) watch.close();
    this.#igd.close();
  }

  #reading(reach: Reach | undefined, latency: number | undefined, told: IgdReading | undefined): RouterReading {
    this.#hasDns ||= latency !== undefined;
    const wan = told?.wan;
    const pinged = reach === undefined ? undefined : reach.burst.received > 0;
    // A box that answers some other question lives; then silence says that echoes do not get through, not how well.
    const reachable = pinged || latency !== undefined || wan !== undefined ? true : pinged;
    const reached = { reachable, reach: pinged === reachable ? reach : undefined };
    return { ...reached, problem: isProblem(reached, this.#limits), dns: this.#hasDns ? { answers: latency !== undefined, latency } : undefined, wan };
  }

  #notice(reachable: boolean | undefined): void {
    if (reachable === true && this.#wasReachable === false) this.#igd.renew();
    this.#wasReachable = reachable;
  }

  async #device(told: IgdReading | undefined): Promise<Device> {
    const { name, host } = this.#subject;
    const address = await this.#addresses.of(host).catch(() => host);
    if (told?.about !== undefined) {
      const { manufacturer, model, serialNumber, firmware, presentation } = told.about;
      const about = { manufacturer, model, serialNumber, softwareVersion: firmware, configurationUrl: presentation?.href };
      this.#about = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
    }
    const macAddress = neighbourMac(this.#roots, address) ?? this.#about.macAddress;
    if (macAddress !== undefined) this.#about.macAddress = macAddress;
    return { id: name, name: `${this.#agent.name} ${name}`, configurationUrl: `http://${isIPv6(address) ? `[${address}]` : address}/`, ...this.#about, via: this.#agent.id };
  }
}
