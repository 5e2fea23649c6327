import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { collectors } from '../collectors/index.ts';
import { run } from '../lib/run.ts';
import { describe, Unusable } from '../model/fault.ts';
import { serviceFile, settingsIn, settingsText } from '../settings/file.ts';
import { readSettings } from '../settings/index.ts';
import { forget } from './forget.ts';
import { type Installation, installation, wantRoot } from './installation.ts';
import { service } from './service.ts';
import { aside, bad, good } from './terminal.ts';

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
  const text = settingsText(file);
  if (text === '') return 'none';
  return readSettings(collectors, settingsIn(text)).mqtt.MQTT_URL.protocol === 'embedded' ? 'ours' : 'another';
}

async function removeFiles({ kind, root }: Installation, keepSettings: boolean): Promise<void> {
  const revoke = join(root, 'docs/systemd/revoke-drives.sh');
  if (kind !== 'package') {
    if (existsSync(revoke)) await run('sh', [revoke], { seconds: limitSeconds });
    await service.remove();
    if (!keepSettings) rmSync(serviceFile, { force: true });
  }
  const [command, ...args] = removal(kind, keepSettings) ?? [];
  if (command !== undefined) await run(command, args, { seconds: limitSeconds });
  else {
    rmSync('/usr/local/bin/infra-monitor', { force: true });
    rmSync(root, { recursive: true });
  }
}

/** Takes away what the agent left in Home Assistant and on the broker, and then the agent. Where the first can't be done nothing is
 * changed, unless it is forced. */
export async function uninstall({ keepSettings = false, force = false }: { keepSettings?: boolean; force?: boolean }): Promise<void> {
  const here = installation();
  if (here.kind === 'clone') throw new Unusable(`${here.root} is a clone: remove it by hand, and before that: infra-monitor forget`);
  wantRoot();
  const runs = await service.exists();
  if (runs) await service.stop();
  try {
    if (broker(serviceFile) === 'another') await forget(undefined, { env: serviceFile, force });
  } catch (error) {
    if (!force) {
      if (runs) await service.start();
      throw new Unusable('Nothing was removed (--force removes the program all the same)', { cause: error });
    }
    bad(`What it left on the broker stays: ${describe(error)}`);
  }
  await removeFiles(here, keepSettings);
  good('infra-monitor is removed');
  if (keepSettings) aside(`Its settings stay in ${serviceFile}`);
  aside('Node stays, and nvme-cli, where they were installed with it');
}
