import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type PingStats, ProbeUnavailableError, pingStatsOf } from './ping-stats.ts';

/** How an attempt to connect ended; `time` in milliseconds. A refusal comes from a machine that lives. */
export type ConnectionAttempt =
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

/** One attempt, at most a second long. */
export function attemptConnection(address: string, port: number): Promise<ConnectionAttempt> {
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ host: address, port });
    const settle = (result: ConnectionAttempt) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(connectTimeoutMs, () => settle({ end: 'silent' }));
    socket.once('connect', () => settle({ end: 'connected', time: performance.now() - began }));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') settle({ end: 'refused', time: performance.now() - began });
      else settle({ end: endByErrorCode[error.code ?? ''] ?? 'silent' });
    });
  });
}

const attemptsPerProbe = 3;
const attemptIntervalMs = 200;

/** A burst of connections. `alive`: which ends count as a reply. Rejects with Unmeasurable where this machine does not let us. */
export async function probePort(
  address: string,
  port: number,
  alive: readonly ConnectionAttempt['end'][],
  signal: AbortSignal,
): Promise<PingStats> {
  const attempts: ConnectionAttempt[] = [];
  while (attempts.length < attemptsPerProbe) {
    if (attempts.length > 0) await pause(attemptIntervalMs, undefined, { signal });
    attempts.push(await attemptConnection(address, port));
  }
  if (attempts.every(({ end }) => end === 'not_allowed'))
    throw new ProbeUnavailableError(`TCP to ${address}, port ${port}: this machine does not allow it`);
  return pingStatsOf(
    attemptsPerProbe,
    attempts.flatMap((one) => ('time' in one && alive.includes(one.end) ? [one.time] : [])),
  );
}

/** Ports that a router or server is likely to answer at, if only with a refusal. */
const likelyPorts = [53, 80, 443, 22, 49000];

/** Where ICMP can't be had: knocks at likely ports and stays with the first that answered once. */
export class TcpProbe {
  #port: number | undefined;

  /** Rejects with Unmeasurable while no port has ever answered: a firewall that drops looks like a machine that is off. */
  async measure(address: string, signal: AbortSignal): Promise<PingStats> {
    this.#port ??= await this.#find(address);
    if (this.#port === undefined) return { sent: likelyPorts.length, received: 0 };
    return probePort(address, this.#port, ['connected', 'refused'], signal);
  }

  /** Undefined where the kernel knows that there is no way. */
  async #find(address: string): Promise<number | undefined> {
    const attempts = await Promise.all(
      likelyPorts.map(async (port) => ({ port, ...(await attemptConnection(address, port)) })),
    );
    const alive = attempts.find(({ end }) => end === 'connected') ?? attempts.find(({ end }) => end === 'refused');
    if (alive === undefined && !attempts.every(({ end }) => end === 'unreachable'))
      throw new ProbeUnavailableError(
        `${address}: no port of ${likelyPorts.join(', ')} ever answered, and ICMP can't be had here`,
      );
    return alive?.port;
  }
}
