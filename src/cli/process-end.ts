import { setTimeout as pause } from 'node:timers/promises';

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

/** Ends the program though a reading may still hang. For a thread that hangs in the kernel `process.exit` would wait, for ever
 * (uv_library_shutdown joins all of the pool): then another program takes this one's place. An older Node can end only by a
 * signal, which loses the status, so that `waitsForLookups` gives a silent resolver the time to end by itself. */
export async function endProcess(status: number, { waitsForLookups = false } = {}): Promise<never> {
  const began = performance.now();
  const passed = () => performance.now() - began;
  const lookupMs = waitsForLookups && execve === undefined ? resolverTimeoutMs : usualFileMs;
  // Also our caller may be called by what a thread has just done.
  do await pause(10);
  while ((isPoolBusyWith(fileRequests) && passed() < usualFileMs) || (isPoolBusyWith(lookups) && passed() < lookupMs));
  if (process.platform === 'linux' && (isPoolBusyWith(fileRequests) || isPoolBusyWith(lookups))) {
    execve?.('/bin/sh', ['sh', '-c', `exit ${status}`], {});
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  }
  process.exit(status);
}
