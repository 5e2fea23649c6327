import { rmSync } from 'node:fs';
import { DrivesHelperServer } from '../collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../collectors/storage/helper/protocol.ts';
import { socketDescriptorFromSystemd } from '../lib/systemd.ts';
import { waitForStopSignalName } from './signals.ts';

/** Agents ask in bursts, once a minute. systemd starts the helper again when the next question comes. */
const idleMs = 10_000;
/** For the socket: read and written by its owner and group. */
const socketUmask = 0o117;

/** Answers agents' questions about drives: with a socket from systemd until nobody asks, else, as in a container, until stopped. */
export async function runDrivesHelperCommand(): Promise<void> {
  const server = new DrivesHelperServer('/sys');
  const fd = socketDescriptorFromSystemd();
  if (fd === undefined) {
    process.umask(socketUmask);
    // One of a helper that was killed.
    rmSync(drivesHelperSocketPath, { force: true });
    await server.listen({ path: drivesHelperSocketPath });
    await waitForStopSignalName();
  } else {
    await server.listen({ fd });
    await server.waitUntilIdle(idleMs);
  }
  server.close();
}
