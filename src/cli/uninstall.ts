import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allCollectors } from '../collectors/index.ts';
import { readCommandOutput } from '../lib/command.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { loadSettings } from '../settings/index.ts';
import { readSettingsTextOrEmpty, serviceSettingsPath } from '../settings/settings-file.ts';
import { forgetAgentOrDevice } from './forget.ts';
import {
  findOwnInstallation,
  type Installation,
  ownCommand,
  releaseFolderCommandPath,
  requireRoot,
} from './installation.ts';
import { systemdService } from './service.ts';
import { printFailure, printNote, printSuccess } from './terminal.ts';

/** Time limit of a package manager. */
const limitSeconds = 300;

const removal = (kind: Installation['kind'], keepSettings: boolean): string[] | undefined =>
  kind === 'package'
    ? ['apt-get', keepSettings ? 'remove' : 'purge', '-y', '-qq', 'infra-monitor']
    : kind === 'npm'
      ? ['npm', 'uninstall', '--global', 'home-lab-infra-monitor']
      : undefined;

async function removeFiles({ kind, root }: Installation, keepSettings: boolean): Promise<void> {
  const revoke = join(root, 'docs/systemd/revoke-drives.sh');
  if (kind !== 'package') {
    if (existsSync(revoke)) await readCommandOutput('sh', [revoke], { seconds: limitSeconds });
    await systemdService.remove({ withUser: !keepSettings });
    if (!keepSettings) rmSync(serviceSettingsPath, { force: true });
  }
  const [command, ...args] = removal(kind, keepSettings) ?? [];
  if (command !== undefined) await readCommandOutput(command, args, { seconds: limitSeconds });
  else {
    rmSync(releaseFolderCommandPath, { force: true });
    rmSync(root, { recursive: true });
  }
}

/** Removes the agent's devices from Home Assistant and its topics from the broker, then the agent. If the former fails, nothing is
 * removed unless forced. */
export async function runUninstallCommand({
  keepSettings = false,
  force = false,
}: {
  keepSettings?: boolean;
  force?: boolean;
}): Promise<void> {
  const here = findOwnInstallation();
  if (here.kind === 'clone')
    throw new UsageError(`${here.root} is a clone: run ${ownCommand()} forget, then delete the folder`);
  if (here.kind === 'file')
    throw new UsageError(`${process.execPath} is a standalone file: run ${ownCommand()} forget, then delete it`);
  requireRoot();
  const runs = await systemdService.exists();
  try {
    // Before the service stops: until then, root can read the files that systemd passes on to it.
    const settings =
      readSettingsTextOrEmpty(serviceSettingsPath) === ''
        ? undefined
        : loadSettings(allCollectors, serviceSettingsPath);
    if (runs) await systemdService.stop();
    if (settings !== undefined && settings.mqtt.MQTT_URL.protocol !== 'embedded')
      await forgetAgentOrDevice(settings, { force });
  } catch (error) {
    if (!force) {
      if (runs) await systemdService.start();
      throw new UsageError('Nothing was removed (use --force to remove the program anyway)', { cause: error });
    }
    printFailure(`The data on the broker was not removed: ${describeError(error)}`);
  }
  await removeFiles(here, keepSettings);
  printSuccess('infra-monitor has been removed');
  if (keepSettings)
    printNote(`The settings remain in ${serviceSettingsPath}${runs ? ', and the service’s user remains' : ''}`);
  printNote('Node.js, nvme-cli and smartmontools remain installed');
}
