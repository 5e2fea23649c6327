import type { AddressResolver } from '../names/address-resolver.ts';
import { AnsweringAddressFinder } from '../names/answering-address.ts';
import type { PollerOptions } from '../poller.ts';
import { type HttpProbeResult, httpPortOf, probeHttp } from './http.ts';
import { PingRunner, ProbeUnavailableError } from './ping.ts';
import { answersAtLikelyPort, attemptTcpConnection, probeTcpPort, TcpFallbackProbe } from './tcp.ts';

/** For polls of a host with bursts of `count` packets and what may follow them: TCP attempts, or the same at another
 * address. The answer of a slow server comes with the next reading. */
export const pollerOptionsForPingBurst = (count: number): PollerOptions => ({
  timeoutSeconds: 40,
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
export interface ProbeResult extends HttpProbeResult {
  by: (typeof probeMethods)[number];
}

/** Measures the reachability of one host or service, at the address that answers if its name has several. */
export class ReachabilityProbe {
  readonly #target: ProbeTarget;
  readonly #count: number;
  readonly #ping = new PingRunner();
  readonly #tcpProbe = new TcpFallbackProbe();
  readonly address: AnsweringAddressFinder;
  /** Whether the host has ever answered an echo: only then does silence mean that it is down. */
  #hasPinged = false;

  constructor(target: ProbeTarget, count: number, addresses: AddressResolver) {
    this.#target = target;
    this.#count = count;
    this.address = new AnsweringAddressFinder(target.host, addresses, (address, signal) =>
      this.#knock(address, signal),
    );
  }

  /** Rejects with ProbeUnavailableError if this machine cannot tell, and with UnresolvedNameError. */
  async measure(signal: AbortSignal): Promise<ProbeResult> {
    const address = await this.address.find();
    const result = await this.#measureAt(address, signal);
    if (result.stats.received > 0) return result;
    const other = await this.address.findOther(address);
    return other === undefined ? result : this.#measureAt(other, signal);
  }

  async #measureAt(address: string, signal: AbortSignal): Promise<ProbeResult> {
    const target = this.#target;
    if (target.by === 'tcp')
      return { by: 'tcp', stats: await probeTcpPort(address, target.port, ['connected'], signal) };
    if (target.by === 'http') return { by: 'http', ...(await probeHttp(target.url, address, signal)) };
    return this.#probeIcmp(address, signal);
  }

  async #probeIcmp(address: string, signal: AbortSignal): Promise<ProbeResult> {
    const pingResult = await this.#ping.run(address, this.#count, signal).catch((error: unknown) => {
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

  /** Whether the target answers at an address, found out with one packet. */
  async #knock(address: string, signal: AbortSignal): Promise<boolean> {
    const target = this.#target;
    if (target.by !== 'icmp') {
      const port = target.by === 'tcp' ? target.port : httpPortOf(target.url);
      return (await attemptTcpConnection(address, port)).end === 'connected';
    }
    const echo = this.#ping.run(address, 1, signal).then(({ received }) => received > 0);
    const answers = [echo, answersAtLikelyPort(address)].map(async (answer) => {
      if (!(await answer)) throw new Error('no answer');
      return true;
    });
    return Promise.any(answers);
  }
}
