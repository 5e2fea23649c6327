import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, runCommand } from '../command.ts';

export interface LookedUpAddress {
  address: string;
  family: number;
}

/** Longer than getaddrinfo waits for two silent servers (resolv.conf(5): 5 s, 2 attempts). */
const lookupTimeoutSeconds = 21;
/** Milliseconds after which each family is asked for by itself: some servers never answer for one of them (RFC 8305,
 * section 3). */
const familyDelayMs = 500;

/** The error of a name without addresses, as `dns.lookup` has it. */
class NoAddressError extends Error {
  readonly code = 'ENOTFOUND';
}

// The system's resolver, getaddrinfo, blocks a thread for as long as it waits for a silent server, and libuv lets it
// have two of its four threads (slow_work_thread_threshold in src/threadpool.c). In a process of its own it holds up no
// other name, nor the broker's, which mqtt.js looks up in a thread. getent(1) calls it, so that /etc/hosts, mDNS and
// search domains count.
const databases = { any: 'ahosts', ipv4: 'ahostsv4', ipv6: 'ahostsv6' } as const;

/** Exit status for a name without addresses. Others mean that this getent cannot do this: musl's knows fewer
 * databases. */
const notFoundStatus = 2;

/** IPv4 addresses that `ahostsv6` gives for a name without IPv6 addresses. */
const mappedPrefix = '::ffff:';

async function runGetent(host: string, database: string, signal: AbortSignal): Promise<LookedUpAddress[]> {
  const { stdout, status } = await runCommand('getent', ['--', database, host], {
    seconds: lookupTimeoutSeconds,
    cancelSignal: signal,
  });
  if (status !== 0 && status !== notFoundStatus)
    throw new CommandError(`getent: exit status ${status}`, { missing: true });
  const addresses = new Set(stdout.split('\n').map((line) => line.split(/\s/)[0] ?? ''));
  const found = [...addresses].filter((address) => address !== '' && !address.startsWith(mappedPrefix));
  if (found.length === 0) throw new NoAddressError(`${host} is not known, or no DNS server answers for it`);
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

/** All addresses in the system's order; those of one family if the server is silent for the other one. */
async function resolveInOwnProcess(host: string): Promise<LookedUpAddress[]> {
  const end = new AbortController();
  const ask = (database: string) => runGetent(host, database, end.signal);
  const both = ask(databases.any);
  try {
    const isSettled = await Promise.race([
      both.then(
        () => true,
        () => true,
      ),
      pause(familyDelayMs, false, { signal: end.signal }),
    ]);
    return await (isSettled ? both : Promise.any([both, ask(databases.ipv4), ask(databases.ipv6)]));
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    end.abort();
  }
}

/** Where getent cannot be used, names are looked up in one thread, one after the other. */
let lastInThread: Promise<unknown> = Promise.resolve();

function resolveInThread(host: string): Promise<LookedUpAddress[]> {
  const found = lastInThread.then(() => lookup(host, { all: true }));
  lastInThread = found.catch(() => undefined);
  return found;
}

const pending = new Map<string, Promise<LookedUpAddress[]>>();

/** All addresses of a name, in the system's order. Rejects as `dns.lookup` does. A name that is being looked up already
 * is not looked up twice, so that there are no more processes than names. */
export function resolveHostName(host: string): Promise<LookedUpAddress[]> {
  const known = pending.get(host);
  if (known !== undefined) return known;
  const found = resolveInOwnProcess(host)
    .catch((error) => {
      if (!(error instanceof CommandError)) throw error;
      if (error.missing) return resolveInThread(host);
      // It took too long, or was killed at the end of this process, which a thread that waits for the server would hold
      // up.
      throw new NoAddressError(`no DNS server answers for ${host}`);
    })
    .finally(() => pending.delete(host));
  pending.set(host, found);
  return found;
}

const familyByOption: Record<string, number> = { 4: 4, IPv4: 4, 6: 6, IPv6: 6 };

/** The function that a socket looks names up with, made of one that resolves all addresses of a name. */
export const socketLookupFunction =
  (lookUp: (host: string) => Promise<LookedUpAddress[]>): LookupFunction =>
  (host, options, callback) => {
    const family = familyByOption[options.family ?? 0];
    lookUp(host).then(
      (addresses) => {
        const fitting = addresses.filter((entry) => family === undefined || entry.family === family);
        const [first] = fitting;
        if (first === undefined) callback(new NoAddressError(`no address for ${host}`), []);
        else if (options.all) callback(null, fitting);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
