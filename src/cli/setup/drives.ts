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

/** Why there is no use for the helper; undefined if there is. `script`: what sets it up. */
function whyNoHelper(script: string): string | undefined {
  if (!hasDrives()) return 'this machine has no drives';
  if (isDrivesHelperPresent(drivesHelperSocketPath)) return 'the helper is already set up';
  if (existsSync(dropIn)) return `the service itself has the right to read drives, by ${dropIn}`;
  return existsSync(script) ? undefined : `${script} is missing`;
}

const scriptPath = () => installedPath('docs/systemd/grant-drives.sh');

/** Asks whether to set up the helper that reads drives for the service; `wanted`: the answer, where it was given. */
export async function chooseDrivesHelper(wanted: boolean | undefined): Promise<boolean> {
  const script = scriptPath();
  const reason = whyNoHelper(script);
  if (reason !== undefined) {
    if (wanted) printNote(`--drives had no effect: ${reason}`);
    return false;
  }
  printLine(
    '\nThis machine has drives. Only root can read their wear and errors. A helper can read them for the service: it runs as root, has no network and no settings, and runs nothing but a fixed list of commands that only read.',
  );
  const yes = wanted ?? (isInteractive() && (await promptForConfirmation('Set up this helper?')));
  if (!yes)
    printNote(
      `Drives: their wear and errors are not read. To set up the helper: sudo sh ${script}. Without it, with a right of the service that can erase drives: sudo sh ${script} --capability`,
    );
  return yes;
}

export async function setUpDrivesHelper(): Promise<void> {
  await readCommandOutput('sh', [scriptPath()], { seconds: 100 });
  printSuccess('Drives: the helper reads them for the service');
}
