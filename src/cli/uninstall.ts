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

/** Seconds that a package manager may take. */
const limitSeconds = 300;

const removal = (kind: Installation['kind'], keepSettings: boolean): string[] | undefined =>
  kind === 'package'
    ? ['apt-get', keepSettings ? 'remove' : 'purge', '-y', '-qq', 'infra-monitor']
    : kind === 'npm'
      ? ['npm', 'uninstall', '--global', 'home-lab-infra-monitor']
      : undefined;

/** What stands in the file of settings, where there is one that can be read. */
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

/** Takes away what the agent left in Home Assistant and on the broker, and then the agent. Where the first can't be done nothing is
 * changed, unless it is forced. */
export async function runUninstall({
  keepSettings = false,
  force = false,
}: {
  keepSettings?: boolean;
  force?: boolean;
}): Promise<void> {
  const here = findInstallation();
  if (here.kind === 'clone')
    throw new UsageError(`${here.root} is a clone: remove it by hand, and before that: infra-monitor forget`);
  requireRoot();
  const runs = await service.exists();
  if (runs) await service.stop();
  try {
    if (broker(serviceSettingsPath) === 'another') await forgetDevices(undefined, { env: serviceSettingsPath, force });
  } catch (error) {
    if (!force) {
      if (runs) await service.start();
      throw new UsageError('Nothing was removed (--force removes the program all the same)', { cause: error });
    }
    printFailure(`What it left on the broker stays: ${describeError(error)}`);
  }
  await removeFiles(here, keepSettings);
  printSuccess('infra-monitor is removed');
  if (keepSettings) printNote(`Its settings stay in ${serviceSettingsPath}`);
  printNote('Node stays, and nvme-cli, where they were installed with it');
}
