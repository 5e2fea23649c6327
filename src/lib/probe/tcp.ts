import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type PingStats, ProbeUnavailableError, pingStatsOfTimes } from './ping.ts';

/** How an attempt to connect ended; `time` in milliseconds. A refusal proves that the machine is up. */
export type TcpAttemptResult =
  | { end: 'connected' | 'refused'; time: number }
  | { end: 'silent' | 'unreachable' | 'not_allowed' };

const connectTimeoutMs = 1000;

const endByErrorCode: Record<string, 'unreachable' | 'not_allowed'> = {
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  // A firewall on this machine.
  EPERM: 'not_allowed',
  EACCES: 'not_allowed',
  EADDRNOTAVAIL: 'unreachable',
};

/** Opens a connection and closes it at once. */
export function attemptTcpConnection(address: string, port: number): Promise<TcpAttemptResult> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect({ host: address, port });
    const finish = (result: TcpAttemptResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(connectTimeoutMs, () => finish({ end: 'silent' }));
    socket.once('connect', () => finish({ end: 'connected', time: performance.now() - startedAt }));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') finish({ end: 'refused', time: performance.now() - startedAt });
      else finish({ end: endByErrorCode[error.code ?? ''] ?? 'silent' });
    });
  });
}

const attemptsPerProbe = 3;
const attemptIntervalMs = 200;

/** Makes a series of connections. `alive`: the ends that count as a reply. Rejects with ProbeUnavailableError if this
 * machine blocks them. */
export async function probeTcpPort(
  address: string,
  port: number,
  alive: readonly TcpAttemptResult['end'][],
  signal: AbortSignal,
): Promise<PingStats> {
  const attempts: TcpAttemptResult[] = [];
  while (attempts.length < attemptsPerProbe) {
    if (attempts.length > 0) await pause(attemptIntervalMs, undefined, { signal });
    attempts.push(await attemptTcpConnection(address, port));
  }
  if (attempts.every(({ end }) => end === 'not_allowed'))
    throw new ProbeUnavailableError(`this machine blocks connections to ${address}, port ${port}`);
  return pingStatsOfTimes(
    attemptsPerProbe,
    attempts.flatMap((attempt) => ('time' in attempt && alive.includes(attempt.end) ? [attempt.time] : [])),
  );
}

/** Ports at which a router or server is likely to answer, if only with a refusal. */
const likelyPorts = [53, 80, 443, 22, 49000];

const attemptLikelyPorts = (address: string) =>
  Promise.all(likelyPorts.map(async (port) => ({ port, ...(await attemptTcpConnection(address, port)) })));

/** Whether the machine at an address accepts or refuses a connection to a likely port. */
export const answersAtLikelyPort = async (address: string): Promise<boolean> =>
  (await attemptLikelyPorts(address)).some((attempt) => 'time' in attempt);

/** Replaces ICMP where that is unavailable: tries likely ports and keeps to the first one that has answered. */
export class TcpFallbackProbe {
  #port: number | undefined;

  /** Rejects with ProbeUnavailableError until a port has answered: a firewall that drops packets looks like a machine
   * that is off. */
  async measure(address: string, signal: AbortSignal): Promise<PingStats> {
    this.#port ??= await this.#find(address);
    if (this.#port === undefined) return { sent: likelyPorts.length, received: 0 };
    return probeTcpPort(address, this.#port, ['connected', 'refused'], signal);
  }

  /** Undefined if the kernel has no route to the host. */
  async #find(address: string): Promise<number | undefined> {
    const attempts = await attemptLikelyPorts(address);
    const answering = attempts.find(({ end }) => end === 'connected') ?? attempts.find(({ end }) => end === 'refused');
    if (answering === undefined && !attempts.every(({ end }) => end === 'unreachable'))
      throw new ProbeUnavailableError(
        `${address}: none of the ports ${likelyPorts.join(', ')} ever answered, and ICMP is unavailable`,
      );
    return answering?.port;
  }
}
