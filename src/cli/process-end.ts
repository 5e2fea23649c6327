import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { killTrackedProcessGroups } from '../lib/process-groups.ts';

/** Milliseconds in which a file that does not hang has been read. */
const usualFileMs = 200;
/** Milliseconds in which a resolver that is silent has been given up: glibc asks three servers twice for 5 s each. */
const resolverTimeoutMs = 35_000;

/** Whether a thread of libuv's pool is at work: https://nodejs.org/api/process.html#processgetactiveresourcesinfo */
const isPoolBusyWith = (requests: RegExp) => process.getActiveResourcesInfo().some((name) => requests.test(name));
const fileRequests = /^FSReq/;
const lookups = /^Get(Addr|Name)Info/;

/** Absent before Node.js 22.15: https://nodejs.org/api/process.html#processexecvefile-args-env */
const { execve } = process as { execve?: (file: string, args: string[], env: Record<string, string>) => never };

/** Descriptors of the terminal on which the program was started. */
const terminals = [0, 1, 2].filter(isatty);
/** `isatty` is false for a terminal that has hung up. */
const hasHungUp = () => !terminals.every(isatty);

/** Ends by a signal as if the program did not handle it, so that the exit status is lost. */
function endBySignal(signal: 'SIGHUP' | 'SIGTERM'): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Ends the program though a reading may still hang. For a thread that hangs in the kernel `process.exit` would wait,
 * for ever (uv_library_shutdown joins all of the pool): then another program takes this one's place. An older Node can
 * end only by a signal, which loses the status, so that `waitsForLookups` gives a silent resolver the time to end by
 * itself. */
export async function exitDespiteHangingReads(status: number, { waitsForLookups = false } = {}): Promise<never> {
  killTrackedProcessGroups();
  const began = performance.now();
  const passed = () => performance.now() - began;
  const lookupMs = waitsForLookups && execve === undefined ? resolverTimeoutMs : usualFileMs;
  // Also our caller may be called by what a thread has just done.
  do await pause(10);
  while ((isPoolBusyWith(fileRequests) && passed() < usualFileMs) || (isPoolBusyWith(lookups) && passed() < lookupMs));
  if (process.platform === 'linux' && (isPoolBusyWith(fileRequests) || isPoolBusyWith(lookups))) {
    execve?.('/bin/sh', ['sh', '-c', `exit ${status}`], {});
    endBySignal('SIGTERM');
  }
  // Node 20 aborts when it restores the settings of a terminal that has hung up (ResetStdio in src/node.cc).
  if (hasHungUp()) endBySignal('SIGHUP');
  process.exit(status);
}
