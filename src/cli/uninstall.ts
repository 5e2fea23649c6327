import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allCollectors } from '../collectors/index.ts';
import { readCommandOutput } from '../lib/command.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { readSettings } from '../settings/index.ts';
import { parseSettingsText, readSettingsText, serviceSettingsPath } from '../settings/settings-file.ts';
import { forgetDevices } from './forget.ts';
import { findInstallation, type Installation, requireRoot } from './installation.ts';
import { service } from './service.ts';
import { printFailure, printNote, printSuccess } from './terminal.ts';

/** Time limit of a package manager. */
const limitSeconds = 300;

const removal = (kind: Installation['kind'], keepSettings: boolean): string[] | undefined =>
  kind === 'package'
    ? ['apt-get', keepSettings ? 'remove' : 'purge', '-y', '-qq', 'infra-monitor']
    : kind === 'npm'
      ? ['npm', 'uninstall', '--global', 'home-lab-infra-monitor']
      : undefined;

/** Which broker the settings file names. */
function broker(file: string): 'none' | 'ours' | 'another' {
  const text = readSettingsText(file);
  if (text === '') return 'none';
  return readSettings(allCollectors, parseSettingsText(text)).mqtt.MQTT_URL.protocol === 'embedded'
    ? 'ours'
    : 'another';
}

async function removeFiles({ kind, root }: Installation, keepSettings: boolean): Promise<void> {
  const revoke = join(root, 'docs/systemd/revoke-drives.sh');
  if (kind !== 'package') {
    if (existsSync(revoke)) await readCommandOutput('sh', [revoke], { seconds: limitSeconds });
    await service.remove();
    if (!keepSettings) rmSync(serviceSettingsPath, { force: true });
  }
  const [command, ...args] = removal(kind, keepSettings) ?? [];
  if (command !== undefined) await readCommandOutput(command, args, { seconds: limitSeconds });
  else {
    rmSync('/usr/local/bin/infra-monitor', { force: true });
    rmSync(root, { recursive: true });
  }
}

/** Removes the agent's devices from Home Assistant and its topics from the broker, then the agent. If the former fails, nothing is
 * removed unless forced. */
export async function runUninstall({
  keepSettings = false,
  force = false,
}: {
  keepSettings?: boolean;
  force?: boolean;
}): Promise<void> {
  const here = findInstallation();
  if (here.kind === 'clone')
    throw new UsageError(`${here.root} is a clone: run infra-monitor forget, then delete the folder`);
  requireRoot();
  const runs = await service.exists();
  if (runs) await service.stop();
  try {
    if (broker(serviceSettingsPath) === 'another') await forgetDevices(undefined, { env: serviceSettingsPath, force });
  } catch (error) {
    if (!force) {
      if (runs) await service.start();
      throw new UsageError('Nothing was removed (use --force to remove the program anyway)', { cause: error });
    }
    printFailure(`The data on the broker was not removed: ${describeError(error)}`);
  }
  await removeFiles(here, keepSettings);
  printSuccess('infra-monitor has been removed');
  if (keepSettings) printNote(`The settings remain in ${serviceSettingsPath}`);
  printNote('Node.js and nvme-cli remain installed');
}
