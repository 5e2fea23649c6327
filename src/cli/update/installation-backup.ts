import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readCommandOutput } from '../../lib/command.ts';
import { commandSymlinkPath, type Installation, npmPrefixOf } from '../installation.ts';
import { serviceUnitPath } from '../service.ts';

/** Time limit of a package manager. */
const limitSeconds = 600;

export interface InstallationBackup {
  restore(): Promise<unknown>;
  /** Removes what is not in the scratch folder. */
  discard(): void;
}

/** Beside the folder, so that it can be put back in one step; with the owners of the files, which may be other
 * people's. */
async function saveFolder(root: string): Promise<InstallationBackup> {
  const copy = `${root}.before`;
  rmSync(copy, { recursive: true, force: true });
  await readCommandOutput('cp', ['-a', root, copy], { seconds: limitSeconds });
  const unit = existsSync(serviceUnitPath) ? readFileSync(serviceUnitPath) : undefined;
  const program = existsSync(commandSymlinkPath) ? realpathSync(commandSymlinkPath) : undefined;
  return {
    async restore() {
      rmSync(root, { recursive: true });
      renameSync(copy, root);
      rmSync(commandSymlinkPath, { force: true });
      if (program !== undefined) symlinkSync(program, commandSymlinkPath);
      if (unit !== undefined) writeFileSync(serviceUnitPath, unit);
    },
    discard: () => rmSync(copy, { recursive: true, force: true }),
  };
}

async function saveNpmPackage(root: string, scratch: string): Promise<InstallationBackup> {
  const before = join(scratch, 'before');
  mkdirSync(before);
  const name = await readCommandOutput('npm', ['pack', '--silent', '--pack-destination', before, root], {
    seconds: limitSeconds,
  });
  return {
    restore: () => installNpmPackage(root, join(before, name.trim())),
    discard: () => undefined,
  };
}

/** dpkg does not keep installed packages, so the package is rebuilt from its files. */
async function saveDebianPackage(scratch: string): Promise<InstallationBackup> {
  const tree = join(scratch, 'tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const list = (await readCommandOutput('dpkg', ['--listfiles', 'infra-monitor'], { seconds: limitSeconds }))
    .split('\n')
    .filter((path) => path !== '' && path !== '/.');
  writeFileSync(join(scratch, 'list'), list.map((path) => `.${path}\n`).join(''));
  await readCommandOutput(
    'sh',
    [
      '-c',
      'cd / && tar --no-recursion --create --files-from "$1/list" | tar --extract --directory "$1/tree"',
      'sh',
      scratch,
    ],
    { seconds: limitSeconds },
  );
  const status = await readCommandOutput('dpkg', ['--status', 'infra-monitor'], { seconds: limitSeconds });
  writeFileSync(join(tree, 'DEBIAN/control'), `${status.replace(/^Status: .*\n/m, '').trim()}\n`);
  for (const name of ['postinst', 'prerm', 'postrm', 'md5sums'])
    cpSync(`/var/lib/dpkg/info/infra-monitor.${name}`, join(tree, 'DEBIAN', name));
  const file = join(scratch, 'before.deb');
  await readCommandOutput('dpkg-deb', ['--build', tree, file], { seconds: limitSeconds });
  return {
    restore: () => readCommandOutput('dpkg', ['--install', '--force-downgrade', file], { seconds: limitSeconds }),
    discard: () => undefined,
  };
}

/** Installs the file in place of the package at `root`. */
export const installNpmPackage = (root: string, file: string): Promise<string> =>
  readCommandOutput('npm', ['install', '--global', '--silent', '--prefix', npmPrefixOf(root), file], {
    seconds: limitSeconds,
  });

/** Saves the installed version, as far as possible in the scratch folder. */
export async function backUpInstallation({ kind, root }: Installation, scratch: string): Promise<InstallationBackup> {
  if (kind === 'folder') return saveFolder(root);
  return kind === 'npm' ? saveNpmPackage(root, scratch) : saveDebianPackage(scratch);
}
