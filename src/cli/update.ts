import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allCollectors } from '../collectors/index.ts';
import { readCommandOutput, runCommand } from '../lib/command.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { parseSettings } from '../settings/index.ts';
import { parseSettingsVariables, readSettingsTextOrEmpty, serviceSettingsPath } from '../settings/settings-file.ts';
import { supportUrl, version } from '../version.ts';
import { fetchFromRunningAgent, waitUntilAgentHealthy } from './health.ts';
import { findOwnInstallation, type Installation, requireRoot } from './installation.ts';
import { serviceUnitPath, systemdService } from './service.ts';
import { printFailure, printLine, printSuccess } from './terminal.ts';

/** Time limit of an installation. */
const limitSeconds = 600;

const isAddress = (place: string) => /^https?:/.test(place);

/** Reads a file of a release from a folder or a URL. */
async function fileOf(place: string, name: string): Promise<Buffer> {
  if (!isAddress(place)) return readFile(join(place, name));
  const answer = await fetch(`${place}/${name}`, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${place}/${name}: HTTP ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Reads the release's installer and verifies its checksum. */
async function installerOf(place: string): Promise<Buffer> {
  const [installer, sums] = await Promise.all([fileOf(place, 'install.sh'), fileOf(place, 'SHA256SUMS')]);
  const sum = createHash('sha256').update(installer).digest('hex');
  if (!sums.toString().split('\n').includes(`${sum}  install.sh`))
    throw new Error(`${place}/install.sh does not match SHA256SUMS`);
  return installer;
}

/** Saves the installed version in the folder; returns a function that restores it. */
async function keepInstalled({ kind, root }: Installation, folder: string): Promise<() => Promise<unknown>> {
  if (kind === 'folder') {
    const copy = `${root}.before`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(root, copy, { recursive: true });
    const unit = existsSync(serviceUnitPath) ? readFileSync(serviceUnitPath) : undefined;
    return async () => {
      rmSync(root, { recursive: true });
      renameSync(copy, root);
      if (unit !== undefined) writeFileSync(serviceUnitPath, unit);
    };
  }
  // dpkg does not keep installed packages, so the package is rebuilt from its files.
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const list = (await readCommandOutput('dpkg', ['--listfiles', 'infra-monitor'], { seconds: limitSeconds }))
    .split('\n')
    .filter((path) => path !== '' && path !== '/.');
  writeFileSync(join(folder, 'list'), list.map((path) => `.${path}\n`).join(''));
  await readCommandOutput(
    'sh',
    [
      '-c',
      'cd / && tar --no-recursion --create --files-from "$1/list" | tar --extract --directory "$1/tree"',
      'sh',
      folder,
    ],
    { seconds: limitSeconds },
  );
  const status = await readCommandOutput('dpkg', ['--status', 'infra-monitor'], { seconds: limitSeconds });
  writeFileSync(join(tree, 'DEBIAN/control'), `${status.replace(/^Status: .*\n/m, '').trim()}\n`);
  for (const name of ['postinst', 'prerm', 'postrm', 'md5sums'])
    cpSync(`/var/lib/dpkg/info/infra-monitor.${name}`, join(tree, 'DEBIAN', name));
  const file = join(folder, 'before.deb');
  await readCommandOutput('dpkg-deb', ['--build', tree, file], { seconds: limitSeconds });
  return () => readCommandOutput('dpkg', ['--install', '--force-downgrade', file], { seconds: limitSeconds });
}

/** Installs a release in the same way as before, and restores the previous version if the agent was healthy before and is not within
 * a minute after. Without its status server, an agent that keeps running counts as healthy. */
export async function runUpdateCommand({ from: given }: { from?: string }): Promise<void> {
  const here = findOwnInstallation();
  if (here.kind === 'npm')
    throw new UsageError('Installed by npm: run npm install --global home-lab-infra-monitor@latest');
  if (here.kind === 'clone') throw new UsageError(`${here.root} is a clone: run git pull && npm ci`);
  const usual = supportUrl === undefined ? undefined : `${supportUrl}/releases/latest/download`;
  const place = given ?? usual;
  if (place === undefined)
    throw new UsageError(
      'Name the folder or URL with the files of the release: infra-monitor update --from FOLDER_OR_URL',
    );
  requireRoot();
  // Commands run in another working directory.
  const from = isAddress(place) ? place : resolve(place);
  const { http } = parseSettings(allCollectors, parseSettingsVariables(readSettingsTextOrEmpty(serviceSettingsPath)));
  const hasStatusServer = http.HTTP_PORT !== 0;
  const wasHealthy =
    (await systemdService.exists()) &&
    (await systemdService.isActive()) &&
    (!hasStatusServer || (await respondsHealthy(() => fetchFromRunningAgent(http, '/health/'))));
  const becomesHealthy = () =>
    hasStatusServer ? respondsHealthy(() => waitUntilAgentHealthy(http)) : systemdService.keepsRunning();
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-update-'));
  try {
    const installer = await installerOf(from).catch((cause: unknown) => {
      throw new UsageError('No release found', { cause });
    });
    writeFileSync(join(folder, 'install.sh'), installer);
    const goBack = await keepInstalled(here, folder);
    printLine(`Replacing ${version} …`);
    const { status, stdout, stderr } = await runCommand('sh', [join(folder, 'install.sh'), '--from', from], {
      seconds: limitSeconds,
    });
    const isHealthy = status === 0 && (!wasHealthy || (await becomesHealthy()));
    if (isHealthy) {
      printSuccess(stdout.split('\n')[0] ?? 'Installed');
      return;
    }
    printFailure(status === 0 ? 'The new version is not healthy' : stderr.trim());
    await goBack();
    if (await systemdService.exists()) await systemdService.start();
    throw new UsageError(`${version} has been restored. For details: journalctl -u infra-monitor`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (here.kind === 'folder' && existsSync(`${here.root}.before`)) rmSync(`${here.root}.before`, { recursive: true });
  }
}

const respondsHealthy = async (look: () => Promise<unknown>) =>
  ((await look().catch(describeError)) as { status?: string }).status === 'ok';
