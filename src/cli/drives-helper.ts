import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DrivesHelperServer } from '../collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../collectors/storage/helper/protocol.ts';
import { installedPath } from '../lib/installed-path.ts';
import { socketDescriptorFromSystemd } from '../lib/systemd.ts';
import { UsageError } from '../model/errors.ts';
import { waitForStopSignalName } from './signals.ts';

/** Agents ask in bursts, once a minute. systemd starts the helper again when the next question comes. */
const idleMs = 10_000;
/** For the socket: read and written by its owner and group. */
const socketUmask = 0o117;

const startedBy = () =>
  `drives-helper reads drives as root for the agent. systemd starts it when the agent asks (${installedPath('docs/systemd/grant-drives.sh')} sets that up), or a container runs it; it is not started by hand`;

/** Answers agents' questions about drives: with a socket from systemd until nobody asks, else, as in a container, until
 * stopped. */
export async function runDrivesHelperCommand(): Promise<void> {
  const server = new DrivesHelperServer('/sys');
  const fd = socketDescriptorFromSystemd();
  if (fd === undefined) {
    if (process.stdin.isTTY) throw new UsageError(startedBy());
    const folder = dirname(drivesHelperSocketPath);
    if (!existsSync(folder)) throw new UsageError(`${startedBy()}: the folder ${folder} for its socket does not exist`);
    process.umask(socketUmask);
    // One of a helper that was killed.
    try {
      rmSync(drivesHelperSocketPath, { force: true });
      await server.listen({ path: drivesHelperSocketPath });
    } catch (cause) {
      throw new UsageError(startedBy(), { cause });
    }
    await waitForStopSignalName();
  } else {
    await server.listen({ fd });
    await server.waitUntilIdle(idleMs);
  }
  server.close();
}
