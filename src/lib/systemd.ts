import { setTimeout as pause, setInterval } from 'node:timers/promises';
import { runCommand } from './command.ts';

/** Seconds that the message to systemd may take. */
const limitSeconds = 20;

/** Milliseconds between looks whether something has happened. */
const lookEachMs = 100;

/** Sends systemd messages of this process (sd_notify(3)). Node has no datagram sockets in the file system, so systemd's own
 * command sends them, which the unit allows by NotifyAccess=all. */
const send = (...assignments: string[]): Promise<unknown> =>
  runCommand('systemd-notify', assignments, { seconds: limitSeconds });

/** Where systemd waits for it, tells it that the service is ready, once it is, and from then on that it is alive, at a third of the
 * time that it may be silent: from a timer, so that an event loop that stands still is silent. `failed` hears why a message could
 * not be sent. Ends with the process. */
export async function notifySystemd(ready: () => boolean, failed: (error: unknown) => void): Promise<void> {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = process.env;
  if (NOTIFY_SOCKET === undefined) return;
  while (!ready()) await pause(lookEachMs);
  await send('READY=1').catch(failed);
  if (WATCHDOG_USEC === undefined || (WATCHDOG_PID ?? String(process.pid)) !== String(process.pid)) return;
  for await (const _ of setInterval(Number(WATCHDOG_USEC) / 1000 / 3, undefined, { ref: false }))
    await send('WATCHDOG=1').catch(failed);
}
