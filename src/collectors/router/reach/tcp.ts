import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Burst, burstOf, Unmeasurable } from './burst.ts';

/** How an attempt to connect ended; `time` in milliseconds. A refusal comes from a machine that lives. */
export type Attempt = { end: 'connected' | 'refused'; time: number } | { end: 'silent' | 'unreachable' | 'not_allowed' };

const patience = 1000;

const ends: Record<string, 'unreachable' | 'not_allowed'> = {
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  // A firewall on this machine.
  EPERM: 'not_allowed',
  EACCES: 'not_allowed',
  EADDRNOTAVAIL: 'unreachable',
};

/** One attempt, at most a second long. */
export function attempt(address: string, port: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ host: address, port });
    const settle = (result: Attempt) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(patience, () => settle({ end: 'silent' }));
    socket.once('connect', () => settle({ end: 'connected', time: performance.now() - began }));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') settle({ end: 'refused', time: performance.now() - began });
      else settle({ end: ends[error.code ?? ''] ?? 'silent' });
    });
  });
}

const count = 3;
const interval = 200;

/** A burst of connections. `alive`: which ends count as a reply. Rejects with Unmeasurable where this machine does not let us. */
export async function connections(address: string, port: number, alive: readonly Attempt['end'][], signal: AbortSignal): Promise<Burst> {
  const attempts: Attempt[] = [];
  while (attempts.length < count) {
    if (attempts.length > 0) await pause(interval, undefined, { signal });
    attempts.push(await attempt(address, port));
  }
  if (attempts.every(({ end }) => end === 'not_allowed')) throw new Unmeasurable(`TCP to ${address}, port ${port}: this machine does not allow it`);
  return burstOf(
    count,
    attempts.flatMap((one) => ('time' in one && alive.includes(one.end) ? [one.time] : [])),
  );
}

/** Ports that a router or server is likely to answer at, if only with a refusal. */
const likely = [53, 80, 443, 22, 49000];

/** Where ICMP can't be had: knocks at likely ports and stays with the first that answered once. */
export class Knocking {
  #port: number | undefined;

  /** Rejects with Unmeasurable while no port has ever answered: a firewall that drops looks like a machine that is off. */
  async burst(address: string, signal: AbortSignal): Promise<Burst> {
    this.#port ??= await this.#find(address);
    if (this.#port === undefined) return { sent: likely.length, received: 0 };
    return connections(address, this.#port, ['connected', 'refused'], signal);
  }

  /** Undefined where the kernel knows that there is no way. */
  async #find(address: string): Promise<number | undefined> {
    const attempts = await Promise.all(likely.map(async (port) => ({ port, ...(await attempt(address, port)) })));
    const alive = attempts.find(({ end }) => end === 'connected') ?? attempts.find(({ end }) => end === 'refused');
    if (alive === undefined && !attempts.every(({ end }) => end === 'unreachable'))
      throw new Unmeasurable(`${address}: no port of ${likely.join(', ')} ever answered, and ICMP can't be had here`);
    return alive?.port;
  }
}
