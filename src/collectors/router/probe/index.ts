import type { AddressResolver } from '../address-resolver.ts';
import type { ProbeTarget } from '../watched-hosts.ts';
import { probeHttp } from './http-probe.ts';
import { runPing } from './ping.ts';
import { type PingStats, ProbeUnavailableError } from './ping-stats.ts';
import { probePort, TcpProbe } from './tcp-probe.ts';

/** Milliseconds that a reading waits for a burst of so many: as long as it takes, with a knock at other doors behind it. */
export const probeWaitMsFor = (count: number): number => 3000 + count * 200;

/** Seconds after which a burst is given up. */
export const probeTimeoutSeconds = 12;

export const probeMethods = ['icmp', 'tcp', 'http'] as const;

/** What came back, and of what. */
export interface ProbeResult {
  by: (typeof probeMethods)[number];
  stats: PingStats;
}

/** Reaches one host or service, again and again. */
export class ReachabilityProbe {
  readonly #target: ProbeTarget;
  readonly #count: number;
  readonly #addresses: AddressResolver;
  readonly #tcpProbe = new TcpProbe();
  /** ICMP has been answered once: then silence means something. */
  #hasPinged = false;

  constructor(target: ProbeTarget, count: number, addresses: AddressResolver) {
    this.#target = target;
    this.#count = count;
    this.#addresses = addresses;
  }

  /** Rejects with Unmeasurable where it can't be told from here. */
  async measure(signal: AbortSignal): Promise<ProbeResult> {
    const target = this.#target;
    const address = await this.#addresses.resolve(target.host);
    if (target.by === 'tcp') return { by: 'tcp', stats: await probePort(address, target.port, ['connected'], signal) };
    if (target.by === 'http') return { by: 'http', stats: await probeHttp(target.url, address, signal) };
    return this.#probeIcmp(address, signal);
  }

  async #probeIcmp(address: string, signal: AbortSignal): Promise<ProbeResult> {
    const pinged = await runPing(address, this.#count, signal).catch((error: unknown) => {
      if (error instanceof ProbeUnavailableError) return error;
      throw error;
    });
    if (!(pinged instanceof ProbeUnavailableError)) {
      this.#hasPinged ||= pinged.received > 0;
      if (this.#hasPinged) return { by: 'icmp', stats: pinged };
    }
    try {
      return { by: 'tcp', stats: await this.#tcpProbe.measure(address, signal) };
    } catch (error) {
      if (!(error instanceof ProbeUnavailableError)) throw error;
      // A firewall may drop echoes and all else; but the echoes did go out.
      if (!(pinged instanceof ProbeUnavailableError)) return { by: 'icmp', stats: pinged };
      throw new ProbeUnavailableError(`${error.message} (${pinged.message})`);
    }
  }
}
