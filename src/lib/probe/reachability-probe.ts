import type { PollerOptions } from '../poller.ts';
import type { AddressResolver } from './dns.ts';
import { probeHttp } from './http.ts';
import { type PingStats, ProbeUnavailableError, runPing } from './ping.ts';
import { probeTcpPort, TcpFallbackProbe } from './tcp.ts';

/** For polls of a host with bursts of `count` packets and the TCP attempts that may follow them. */
export const pollerOptionsForPingBurst = (count: number): PollerOptions => ({
  timeoutSeconds: 12,
  waitMs: 3000 + count * 200,
  waitOnceLateMs: 500,
});

export const probeMethods = ['icmp', 'tcp', 'http'] as const;

/** What to probe: a host over ICMP, a TCP port, or a web server. */
export type ProbeTarget = { name: string } & (
  | { by: 'icmp'; host: string }
  | { by: 'tcp'; host: string; port: number }
  | { by: 'http'; host: string; url: URL }
);

/** How the target was reached, and what came back. */
export interface ProbeResult {
  by: (typeof probeMethods)[number];
  stats: PingStats;
}

/** Measures the reachability of one host or service. */
export class ReachabilityProbe {
  readonly #target: ProbeTarget;
  readonly #count: number;
  readonly #addresses: AddressResolver;
  readonly #tcpProbe = new TcpFallbackProbe();
  /** Whether the host has ever answered an echo: only then does silence mean that it is down. */
  #hasPinged = false;

  constructor(target: ProbeTarget, count: number, addresses: AddressResolver) {
    this.#target = target;
    this.#count = count;
    this.#addresses = addresses;
  }

  /** Rejects with ProbeUnavailableError if this machine cannot tell. */
  async measure(signal: AbortSignal): Promise<ProbeResult> {
    const target = this.#target;
    const address = await this.#addresses.resolve(target.host);
    if (target.by === 'tcp')
      return { by: 'tcp', stats: await probeTcpPort(address, target.port, ['connected'], signal) };
    if (target.by === 'http') return { by: 'http', stats: await probeHttp(target.url, address, signal) };
    return this.#probeIcmp(address, signal);
  }

  async #probeIcmp(address: string, signal: AbortSignal): Promise<ProbeResult> {
    const pingResult = await runPing(address, this.#count, signal).catch((error: unknown) => {
      if (error instanceof ProbeUnavailableError) return error;
      throw error;
    });
    if (!(pingResult instanceof ProbeUnavailableError)) {
      this.#hasPinged ||= pingResult.received > 0;
      if (this.#hasPinged) return { by: 'icmp', stats: pingResult };
    }
    try {
      return { by: 'tcp', stats: await this.#tcpProbe.measure(address, signal) };
    } catch (error) {
      if (!(error instanceof ProbeUnavailableError)) throw error;
      // A firewall may drop everything, but the echoes were sent and had no reply.
      if (!(pingResult instanceof ProbeUnavailableError)) return { by: 'icmp', stats: pingResult };
      throw new ProbeUnavailableError(`${error.message} (${pingResult.message})`);
    }
  }
}
