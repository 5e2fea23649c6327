import { setTimeout as pause, setInterval } from 'node:timers/promises';
import { runCommand } from './command.ts';

/** Time limit of a message. */
const limitSeconds = 20;

/** Poll interval. */
const pollMs = 100;

/** Sends a status message to systemd (sd_notify(3)). Node has no Unix datagram sockets, so systemd's own command sends
 * it, which the unit allows with NotifyAccess=all. */
const send = (...assignments: string[]): Promise<unknown> =>
  runCommand('systemd-notify', assignments, { seconds: limitSeconds });

/** If systemd started this process, reports when it is ready and then, three times per watchdog interval, that it is
 * alive. The reports come from a timer, so they stop when the event loop is blocked. `failed` receives errors. Ends
 * with the process. */
export async function startSystemdNotifications(ready: () => boolean, failed: (error: unknown) => void): Promise<void> {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = process.env;
  if (NOTIFY_SOCKET === undefined) return;
  while (!ready()) await pause(pollMs);
  await send('READY=1').catch(failed);
  if (WATCHDOG_USEC === undefined || (WATCHDOG_PID ?? String(process.pid)) !== String(process.pid)) return;
  for await (const _ of setInterval(Number(WATCHDOG_USEC) / 1000 / 3, undefined, { ref: false }))
    await send('WATCHDOG=1').catch(failed);
}

/** The descriptor of the socket that systemd has opened for this process (sd_listen_fds(3)); undefined if there is
 * none. */
export const socketDescriptorFromSystemd = (): number | undefined =>
  process.env.LISTEN_PID === String(process.pid) && process.env.LISTEN_FDS === '1' ? 3 : undefined;
