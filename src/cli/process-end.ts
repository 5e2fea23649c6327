import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds in which what does not hang is over. */
const usualMs = 200;

/** A thread of libuv's pool is at work: at a file or a name (https://nodejs.org/api/process.html#processgetactiveresourcesinfo). */
const isPoolBusy = () => process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfo|GetNameInfo)/.test(name));

/** Absent before Node.js 22.15 (https://nodejs.org/api/process.html#processexecvefile-args-env). */
const { execve } = process as { execve?: (file: string, args: string[], env: Record<string, string>) => never };

/** Ends the program though a reading may still hang. For a thread that hangs in the kernel `process.exit` would wait, for ever
 * (uv_library_shutdown joins all of the pool): then another program takes this one's place, or else a signal ends it. */
export async function endProcess(status: number): Promise<never> {
  const end = performance.now() + usualMs;
  // Also our caller may be called by what a thread has just done.
  do await pause(10);
  while (isPoolBusy() && performance.now() < end);
  if (process.platform === 'linux' && isPoolBusy()) {
    execve?.('/bin/sh', ['sh', '-c', `exit ${status}`], {});
    process.removeAllListeners('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  }
  process.exit(status);
}
