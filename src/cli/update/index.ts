import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allCollectors } from '../../collectors/index.ts';
import { readCommandOutput, runCommand } from '../../lib/command.ts';
import { describeError, UsageError } from '../../model/errors.ts';
import { parseSettings } from '../../settings/index.ts';
import { parseSettingsVariables, readSettingsTextOrEmpty, serviceSettingsPath } from '../../settings/settings-file.ts';
import { supportUrl, version } from '../../version.ts';
import { fetchFromRunningAgent, pollAgentHealthUntilOk } from '../health.ts';
import { commandSymlinkPath, findOwnInstallation, type Installation, requireRoot } from '../installation.ts';
import { systemdService } from '../service.ts';
import { withoutInterruption } from '../signals.ts';
import { printFailure, printLine, printSuccess } from '../terminal.ts';
import { backUpInstallation, installNpmPackage } from './installation-backup.ts';
import { isUrl, readVerifiedReleaseFile } from './release-files.ts';

/** Time limit of an installation. */
const limitSeconds = 600;

const isServiceActive = async () => (await systemdService.exists()) && (await systemdService.isActive());

const respondsHealthy = async (look: () => Promise<unknown>) =>
  ((await look().catch(describeError)) as { status?: string }).status === 'ok';

/** The version that has taken the place of the running one. */
async function readInstalledVersion({ kind }: Installation): Promise<string> {
  const [command, ...args] = kind === 'folder' ? [commandSymlinkPath] : [process.execPath, process.argv[1] ?? ''];
  return (await readCommandOutput(command, [...args, '--version'], { seconds: limitSeconds })).trim();
}

/** Looks at the service before the update; returns whether it is as well, within a minute, after it: healthy, or at
 * least running. An agent without a status server, or whose broker is down, is judged by whether it keeps running. */
async function expectSameHealth(isActive: boolean): Promise<() => Promise<boolean>> {
  if (!isActive) return async () => true;
  const { http } = parseSettings(allCollectors, parseSettingsVariables(readSettingsTextOrEmpty(serviceSettingsPath)));
  const isHealthy = http.HTTP_PORT !== 0 && (await respondsHealthy(() => fetchFromRunningAgent(http, '/health/')));
  return isHealthy ? () => respondsHealthy(() => pollAgentHealthUntilOk(http)) : systemdService.keepsRunning;
}

/** Fetches and verifies what installs the release; returns a function that runs it and resolves to the reason if that
 * fails. */
async function prepareInstallation(
  { kind, root }: Installation,
  from: string,
  scratch: string,
): Promise<() => Promise<string | undefined>> {
  const { name, content } = await readVerifiedReleaseFile(
    from,
    kind === 'npm' ? /^home-lab-infra-monitor-.*\.tgz$/ : /^install\.sh$/,
  );
  const file = join(scratch, name);
  writeFileSync(file, content);
  if (kind === 'npm')
    return async () => {
      await installNpmPackage(root, file);
      return (await isServiceActive()) ? systemdService.restart() : undefined;
    };
  return async () => {
    const { status, stderr } = await runCommand('sh', [file, '--from', from], { seconds: limitSeconds });
    return status === 0 ? undefined : stderr.trim();
  };
}

/** Installs a release in the same way as before, and restores the previous version if the agent is less healthy than
 * before. */
export async function runUpdateCommand({ from: given }: { from?: string }): Promise<void> {
  const here = findOwnInstallation();
  if (here.kind === 'clone') throw new UsageError(`${here.root} is a clone: run git pull && npm ci`);
  if (here.kind === 'file') throw new UsageError(`${process.execPath} is a standalone file: replace it`);
  if (here.kind === 'unpacked')
    throw new UsageError(`${here.root} was not put there by an installer: replace it in the way it got there`);
  const usual = supportUrl === undefined ? undefined : `${supportUrl}/releases/latest/download`;
  const place = given ?? usual;
  if (place === undefined)
    throw new UsageError(
      'Specify the folder or URL that contains the files of the release: infra-monitor update --from FOLDER_OR_URL',
    );
  if (here.kind !== 'npm' || (await systemdService.exists())) requireRoot();
  // What is installed is for all users.
  process.umask(0o022);
  // Commands run in another working directory.
  const from = isUrl(place) ? place : resolve(place);
  const isActive = await isServiceActive();
  const isAsHealthy = await expectSameHealth(isActive);
  const scratch = mkdtempSync(join(tmpdir(), 'infra-monitor-update-'));
  try {
    const install = await prepareInstallation(here, from, scratch).catch((cause: unknown) => {
      throw new UsageError('No release found', { cause });
    });
    await withoutInterruption(async () => {
      const saved = await backUpInstallation(here, scratch);
      try {
        printLine(`Replacing ${version} …`);
        const failure = await install().catch(describeError);
        if (failure === undefined && (await isAsHealthy()))
          return printSuccess(`infra-monitor ${await readInstalledVersion(here)} is installed`);
        if (failure === undefined) printFailure('The new version is not as healthy as the previous one');
        else {
          printFailure('The new version could not be installed or started:');
          printLine(failure);
        }
        await saved.restore();
        if (isActive) await systemdService.restart();
      } finally {
        saved.discard();
      }
      throw new UsageError(`${version} has been restored. For details: journalctl -u infra-monitor`);
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
