import { existsSync, readdirSync } from 'node:fs';
import { readCommandOutput } from '../../lib/command.ts';
import { installedPath } from '../../lib/installed-path.ts';
import { isInteractive, promptForConfirmation } from '../prompt.ts';
import { printLine, printNote, printSuccess } from '../terminal.ts';

const hasDrives = () => existsSync('/sys/class/nvme') && readdirSync('/sys/class/nvme').length > 0;
const dropIn = '/etc/systemd/system/infra-monitor.service.d/drives.conf';

/** Offers to give the service permission to query drives. */
export async function offerDrivePermission(wanted: boolean | undefined): Promise<void> {
  const script = installedPath('docs/systemd/grant-drives.sh');
  if (!hasDrives() || existsSync(dropIn) || !existsSync(script)) return;
  printLine(
    '\nThis machine has NVMe drives. To read their wear and errors, the service needs a permission that an attacker who controls it could use to erase them.',
  );
  const yes = wanted ?? (isInteractive() && (await promptForConfirmation('Grant this permission?')));
  if (!yes) return printNote(`Drives: only the temperature is read. To read the rest: sudo sh ${script}`);
  await readCommandOutput('sh', [script], { seconds: 100 });
  printSuccess('Drives: the service can read them');
}
