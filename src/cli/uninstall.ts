import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { allCollectors } from '../collectors/index.ts';
import { readCommandOutput } from '../lib/command.ts';
import { shellWord } from '../lib/shell-word.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { serviceSettingsPath } from '../settings/settings-file.ts';
import { forgetAgentOrDevice } from './forget.ts';
import {
  commandSymlinkPath,
  findOwnInstallation,
  type Installation,
  npmPackageName,
  npmPrefixOf,
  ownCommand,
  requireRoot,
} from './installation.ts';
import { removeInstalledFiles } from './installed-files.ts';
import { systemdService } from './service.ts';
import { withoutInterruption } from './signals.ts';
import { printFailure, printNote, printSuccess } from './terminal.ts';

/** Time limit of a package manager. */
const limitSeconds = 300;

const realpathOrUndefined = (path: string): string | undefined => (existsSync(path) ? realpathSync(path) : undefined);

const isWithin = (root: string, path: string): boolean =>
  !relative(root, realpathOrUndefined(path) ?? '/').startsWith('..');

/** Throws unless an installer of this project has put it there, so that it is known what to remove. */
function refuseUnlessInstalled({ kind, root }: Installation, env: string | undefined): void {
  const forget = `${ownCommand()}${env === undefined ? '' : ` --env ${shellWord(env)}`} forget`;
  if (kind === 'clone') throw new UsageError(`${root} is a clone: run ${forget}, then delete the folder`);
  if (kind === 'file') throw new UsageError(`${process.execPath} is a standalone file: run ${forget}, then delete it`);
  if (kind === 'unpacked')
    throw new UsageError(
      `${root} was not put there by an installer, and may contain other files: run ${forget}, then delete what you unpacked`,
    );
  if (kind === 'npm' && root !== join(npmPrefixOf(root), 'lib/node_modules', npmPackageName))
    throw new UsageError(
      `${root} was not installed with npm install --global: run ${forget}, then remove it in the way it was installed`,
    );
}

/** Whether the service runs this program, and not one that was installed beside it. */
async function isServiceOf(root: string): Promise<boolean> {
  if (!(await systemdService.exists())) return false;
  const [, command] = [...(await systemdService.readUnit()).matchAll(/^ExecStart=(.+)$/gm)].at(-1) ?? [];
  // One that is masked runs nothing, and so no other program.
  if (command === undefined) return true;
  return command.split(/\s+/).some((word) => word.includes('/') && isWithin(root, word.replace(/^[-@:+!]+/, '')));
}

/** The settings whose data on the broker is to be removed: the service's, otherwise those that the agent would run with
 * here. */
function loadSettingsToForget(): Settings {
  if (existsSync(serviceSettingsPath)) return loadSettings(allCollectors, serviceSettingsPath);
  const settings = loadSettings(allCollectors, undefined);
  if (settings.mqtt.MQTT_URL.protocol !== 'embedded') return settings;
  throw new UsageError(
    `There is no ${serviceSettingsPath}, and neither .env nor the environment names a broker with MQTT_URL: run this where the agent’s settings are, or its data stays on the broker`,
  );
}

async function removeService(root: string, keepSettings: boolean): Promise<void> {
  const revoke = join(root, 'docs/systemd/revoke-drives.sh');
  if (existsSync(revoke)) await readCommandOutput('sh', [revoke], { seconds: limitSeconds });
  await systemdService.remove({ withUser: !keepSettings });
  if (!keepSettings) rmSync(serviceSettingsPath, { force: true });
}

/** Removes the program in the way it was installed. Throws if it is still there then. */
async function removeProgram({ kind, root }: Installation, keepSettings: boolean): Promise<void> {
  if (kind === 'folder') {
    if (isWithin(root, commandSymlinkPath)) rmSync(commandSymlinkPath);
    const left = removeInstalledFiles(root);
    if (left.length > 0) printNote(`Not installed with infra-monitor, and left: ${left.join(', ')}`);
    return;
  }
  const [command = '', ...args] =
    kind === 'package'
      ? ['apt-get', keepSettings ? 'remove' : 'purge', '-y', '-qq', 'infra-monitor']
      : ['npm', 'uninstall', '--global', '--prefix', npmPrefixOf(root), npmPackageName];
  await readCommandOutput(command, args, { seconds: limitSeconds });
  if (existsSync(join(root, 'package.json')))
    throw new UsageError(`${command} did not remove ${root}: it is not installed by ${command}`);
}

/** Removes the agent's devices from Home Assistant and its topics from the broker, then the agent. If the former fails,
 * nothing is removed unless forced. */
async function uninstall(
  here: Installation,
  { keepSettings = false, force = false }: { keepSettings?: boolean; force?: boolean },
): Promise<void> {
  const isRunByService = await isServiceOf(here.root);
  // The service of another installation goes on, with its settings.
  const isServiceOfAnother = !isRunByService && (await systemdService.exists());
  let resume: (() => Promise<unknown>) | undefined;
  if (!isServiceOfAnother)
    try {
      // Before the service stops: until then, root can read the files that systemd passes on to it.
      const settings = loadSettingsToForget();
      if (isRunByService) resume = await systemdService.pause();
      if (settings.mqtt.MQTT_URL.protocol !== 'embedded') await forgetAgentOrDevice(settings, { force });
    } catch (error) {
      if (!force) {
        await resume?.();
        throw new UsageError('Nothing was removed (use --force to remove the program anyway)', { cause: error });
      }
      printFailure(`The data on the broker was not removed: ${describeError(error)}`);
    }
  const keepsSettings = keepSettings || isServiceOfAnother;
  if (here.kind !== 'package' && !isServiceOfAnother) await removeService(here.root, keepsSettings);
  await removeProgram(here, keepsSettings);
  printSuccess('infra-monitor has been removed');
  if (isServiceOfAnother)
    printNote(
      `${systemdService.unit} runs another installation, and remains with its settings and its data on the broker`,
    );
  else if (keepSettings)
    printNote(
      `The settings remain in ${serviceSettingsPath}${isRunByService ? ', and the service’s user remains' : ''}`,
    );
  printNote('Node.js, nvme-cli and smartmontools remain installed');
}

export async function runUninstallCommand({
  env,
  ...options
}: {
  env?: string;
  keepSettings?: boolean;
  force?: boolean;
}): Promise<void> {
  const here = findOwnInstallation();
  refuseUnlessInstalled(here, env);
  if (env !== undefined)
    throw new UsageError('--env has no effect on uninstall, which uses the settings of the service');
  requireRoot();
  await withoutInterruption(() => uninstall(here, options));
}
