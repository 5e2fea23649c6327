import type { ClockReading } from '../../lib/clocks.ts';
import type { DeviceEvent } from '../../model/event.ts';
import { PastMoment, readClocksIncludingSleep } from '../../model/past-moment.ts';
import type { WanReading } from './reading.ts';

/** An outage, from the first reading that saw it to the first one after its end. */
export interface Outage {
  from: Date;
  to: Date;
  seconds: number;
}

/** Tracks the outages of one host or connection. */
export class EndedOutageDetector {
  readonly #clock: typeof readClocksIncludingSleep;
  #downSince: PastMoment | undefined;

  constructor(clock = readClocksIncludingSleep) {
    this.#clock = clock;
  }

  /** The outage that ended with this reading, if any. An unknown state neither begins nor ends an outage. */
  update(isUp: boolean | undefined): Outage | undefined {
    if (isUp === false) this.#downSince ??= new PastMoment(this.#clock);
    if (isUp !== true || this.#downSince === undefined) return undefined;
    const from = this.#downSince.date;
    const to = new Date(this.#clock().wall);
    this.#downSince = undefined;
    return { from, to, seconds: Math.round((to.getTime() - from.getTime()) / 1000) };
  }
}

export const routerEventTypes = ['outage', 'wan_outage', 'reconnect', 'reboot', 'address_change'] as const;

/** The values that events are derived from. */
export interface RouterEventInput {
  reachable?: boolean | undefined;
  wan?: WanReading | undefined;
  bootedAt?: Date | undefined;
}

/** Milliseconds by which a moment that is derived from an uptime may vary between readings. */
const uptimeToleranceMs = 30_000;

const outageEvent = (type: (typeof routerEventTypes)[number], { from, to, seconds }: Outage): DeviceEvent => ({
  type,
  at: to,
  from,
  to,
  seconds,
});

/** Whether the internet connection is up, by its status; without a status, it is down if its line is. */
export const isWanConnected = ({ status, link }: WanReading): boolean | undefined =>
  status !== undefined ? status === 'connected' : link === false ? false : undefined;

/** Detects events by comparing each reading of a router with the previous ones. */
export class RouterEventDetector {
  #moment: ClockReading = { wall: 0, monotonic: 0 };
  readonly #routerOutages = new EndedOutageDetector(() => this.#moment);
  readonly #wanOutages = new EndedOutageDetector(() => this.#moment);
  #bootedAt: Date | undefined;
  /** Start of the connection in milliseconds of the monotonic clock: the wall clock jumps when it is set. */
  #connectedAt: number | undefined;
  #uptime: number | undefined;
  #reconnectedAt = Number.NEGATIVE_INFINITY;
  #addresses: Pick<WanReading, 'ipv4' | 'prefix'> = {};

  /** Start of the current connection. */
  connectedSince({ wall, monotonic }: ClockReading): Date | undefined {
    return this.#connectedAt === undefined ? undefined : new Date(wall - (monotonic - this.#connectedAt));
  }

  /** `moment`: clocks that both advance while the machine sleeps. */
  detect({ reachable, wan = {}, bootedAt }: RouterEventInput, moment: ClockReading): DeviceEvent[] {
    this.#moment = moment;
    const at = new Date(moment.wall);
    const outage = this.#routerOutages.update(reachable);
    const wanOutage = this.#wanOutages.update(isWanConnected(wan));
    if (wanOutage !== undefined) this.#reconnectedAt = moment.monotonic;
    const rebooted = this.#hasRebooted(bootedAt);
    const addresses = this.#changedAddresses(wan);
    const reconnected = this.#hasReconnected(wan, moment.monotonic);
    const reason = [reconnected ? 'uptime_fell' : '', addresses === undefined ? '' : 'address_changed']
      .filter(Boolean)
      .join(', ');
    return [
      ...(outage === undefined ? [] : [outageEvent('outage', outage)]),
      ...(wanOutage === undefined ? [] : [outageEvent('wan_outage', wanOutage)]),
      ...(rebooted ? [{ type: 'reboot', at, reason: 'uptime_fell' }] : []),
      ...(reconnected && !rebooted ? [{ type: 'reconnect', at, reason, ...addresses }] : []),
      ...(addresses !== undefined && (!reconnected || rebooted)
        ? [{ type: 'address_change', at, reason, ...addresses }]
        : []),
    ];
  }

  #hasRebooted(bootedAt: Date | undefined): boolean {
    if (bootedAt === undefined) return false;
    const isLater = this.#bootedAt !== undefined && bootedAt.getTime() - this.#bootedAt.getTime() > uptimeToleranceMs;
    this.#bootedAt = bootedAt;
    return isLater;
  }

  #hasReconnected({ uptime }: WanReading, monotonic: number): boolean {
    if (uptime === undefined) return false;
    // The uptime of miniupnpd continues while the connection is down.
    const since = Math.max(monotonic - uptime * 1000, this.#reconnectedAt);
    const before = this.#connectedAt;
    const hasFallen = this.#uptime !== undefined && uptime < this.#uptime;
    this.#uptime = uptime;
    const isLater =
      before !== undefined && (since - before > uptimeToleranceMs || hasFallen || this.#reconnectedAt > before);
    // A start that varies within the tolerance keeps its value.
    if (before === undefined || isLater || before - since > uptimeToleranceMs) this.#connectedAt = since;
    return isLater;
  }

  /** The addresses that have changed, each with the previous one, in the form of an event. */
  #changedAddresses({ ipv4, prefix }: WanReading): Record<string, string> | undefined {
    const before = this.#addresses;
    this.#addresses = { ipv4: ipv4 ?? before.ipv4, prefix: prefix ?? before.prefix };
    const changed = {
      ...(ipv4 !== undefined && before.ipv4 !== undefined && ipv4 !== before.ipv4
        ? { ipv4, ipv4_before: before.ipv4 }
        : {}),
      ...(prefix !== undefined && before.prefix !== undefined && prefix !== before.prefix
        ? { prefix, prefix_before: before.prefix }
        : {}),
    };
    return Object.keys(changed).length === 0 ? undefined : changed;
  }
}
