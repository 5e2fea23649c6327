import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDrivesHelperPresent } from '../../collectors/storage/helper/drives-helper-client.ts';
import { drivesHelperSocketPath } from '../../collectors/storage/helper/protocol.ts';
import { readCommandOutput } from '../../lib/command.ts';
import { listFolderSync } from '../../lib/files.ts';
import { installedPath } from '../../lib/installed-path.ts';
import { isInteractive, promptForConfirmation } from '../prompt.ts';
import { printLine, printNote, printSuccess } from '../terminal.ts';

const hasDrives = () =>
  listFolderSync('/sys/class/nvme').length > 0 ||
  listFolderSync('/sys/block').some((name) => name.startsWith('sd') && existsSync(join('/sys/block', name, 'device')));
/** Where the service has the right itself. */
const dropIn = '/etc/systemd/system/infra-monitor.service.d/drives.conf';

/** Offers the helper that reads drives for the service. */
export async function offerDrivesHelper(wanted: boolean | undefined): Promise<void> {
  const script = installedPath('docs/systemd/grant-drives.sh');
  if (!hasDrives() || isDrivesHelperPresent(drivesHelperSocketPath) || existsSync(dropIn) || !existsSync(script))
    return;
  printLine(
    '\nThis machine has drives. Only root can read their wear and errors. A helper can read them for the service: it runs as root, has no network and no settings, and runs nothing but a fixed list of commands that only read.',
  );
  const yes = wanted ?? (isInteractive() && (await promptForConfirmation('Set up this helper?')));
  if (!yes)
    return printNote(
      `Drives: their wear and errors are not read. To set up the helper: sudo sh ${script}. Without it, with a right of the service that can erase drives: sudo sh ${script} --capability`,
    );
  await readCommandOutput('sh', [script], { seconds: 100 });
  printSuccess('Drives: the helper reads them for the service');
}
