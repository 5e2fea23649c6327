import type { ClockReading } from '../../lib/clocks.ts';
import type { DeviceEvent } from '../../model/event.ts';
import type { WanReading } from './igd/reading.ts';
import { type Outage, OutageTracker } from './outage-tracker.ts';

export const routerEventTypes = ['outage', 'wan_outage', 'reconnect', 'reboot', 'address_change'] as const;

/** What changes are seen in. */
export interface RouterSnapshot {
  reachable?: boolean | undefined;
  wan?: WanReading | undefined;
  bootedAt?: Date | undefined;
}

/** Milliseconds by which a moment that is derived from an uptime may wander. */
const uptimeToleranceMs = 30_000;

const outageEvent = (type: (typeof routerEventTypes)[number], { from, to, seconds }: Outage): DeviceEvent => ({
  type,
  at: to,
  from,
  to,
  seconds,
});

/** A connection is up when it says so; where it says nothing, it is down with its line. */
export const isWanConnected = ({ status, link }: WanReading): boolean | undefined =>
  status !== undefined ? status === 'connected' : link === false ? false : undefined;

/** Notices in one reading after the other what has happened to a router. */
export class RouterEventDetector {
  readonly #routerOutages = new OutageTracker();
  readonly #wanOutages = new OutageTracker();
  #bootedAt: Date | undefined;
  /** On the even clock, in milliseconds: the other jumps when it is set. */
  #since: number | undefined;
  #uptime: number | undefined;
  #backAt = Number.NEGATIVE_INFINITY;
  #addresses: Pick<WanReading, 'ipv4' | 'prefix'> = {};

  /** Since when the connection has been the same one. */
  connectedSince({ wall, monotonic }: ClockReading): Date | undefined {
    return this.#since === undefined ? undefined : new Date(wall - (monotonic - this.#since));
  }

  detect({ reachable, wan = {}, bootedAt }: RouterSnapshot, moment: ClockReading): DeviceEvent[] {
    const at = new Date(moment.wall);
    const outage = this.#routerOutages.update(reachable, at);
    const wanOutage = this.#wanOutages.update(isWanConnected(wan), at);
    if (wanOutage !== undefined) this.#backAt = moment.monotonic;
    const rebooted = this.#reboot(bootedAt);
    const addresses = this.#newAddresses(wan);
    const reconnected = this.#reconnect(wan, moment.monotonic);
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

  #reboot(bootedAt: Date | undefined): boolean {
    if (bootedAt === undefined) return false;
    const isLater = this.#bootedAt !== undefined && bootedAt.getTime() - this.#bootedAt.getTime() > uptimeToleranceMs;
    this.#bootedAt = bootedAt;
    return isLater;
  }

  #reconnect({ uptime }: WanReading, monotonic: number): boolean {
    if (uptime === undefined) return false;
    // miniupnpd's clock runs on while the connection is down.
    const since = Math.max(monotonic - uptime * 1000, this.#backAt);
    const before = this.#since;
    const fell = this.#uptime !== undefined && uptime < this.#uptime;
    this.#uptime = uptime;
    const isLater = before !== undefined && (since - before > uptimeToleranceMs || fell || this.#backAt > before);
    // What wanders a little stays.
    if (before === undefined || isLater || before - since > uptimeToleranceMs) this.#since = since;
    return isLater;
  }

  /** Which of the addresses are others than before, as an event tells it. */
  #newAddresses({ ipv4, prefix }: WanReading): Record<string, string> | undefined {
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
