import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { installedPath, isSingleFileProgram } from '../lib/installed-path.ts';
import { shellWord } from '../lib/shell-word.ts';
import { UsageError } from '../model/errors.ts';
import { installedFilesListName } from './installed-files.ts';

export const npmPackageName = 'home-lab-infra-monitor';

/** How the program was installed: Debian package, folder of install.sh, npm, a clone of the repository, an archive or
 * package that was unpacked by hand, or a single file that was copied from a release to anywhere. */
export type InstallationKind = 'package' | 'folder' | 'npm' | 'clone' | 'unpacked' | 'file';

export interface Installation {
  kind: InstallationKind;
  /** The folder that contains it. */
  root: string;
}

/** Whether a folder is of this project: a single file, too, can lie in the folder `bin` of another one. */
function isOfThisProject(root: string): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: unknown };
    return name === npmPackageName;
  } catch {
    return false;
  }
}

export function findOwnInstallation(): Installation {
  const root = installedPath('.');
  if (root === '/usr/lib/infra-monitor') return { kind: 'package', root };
  if (!isOfThisProject(root)) return { kind: isSingleFileProgram ? 'file' : 'unpacked', root };
  if (root.includes('/node_modules/')) return { kind: 'npm', root };
  if (existsSync(join(root, 'scripts'))) return { kind: 'clone', root };
  return { kind: existsSync(join(root, installedFilesListName)) ? 'folder' : 'unpacked', root };
}

/** How this program is called in a shell: what lies anywhere has no command on the path. */
export function ownCommand(): string {
  const { kind, root } = findOwnInstallation();
  if (isSingleFileProgram && kind !== 'folder') return shellWord(process.execPath);
  if (kind !== 'clone' && kind !== 'unpacked') return 'infra-monitor';
  const file = join(root, 'dist/infra-monitor.js');
  const fromHere = relative(process.cwd(), file);
  return `node ${shellWord(fromHere.startsWith('..') ? file : fromHere)}`;
}

/** The command of a release folder: a link to the single file, or to the program for the installed Node. */
export const commandSymlinkPath = '/usr/local/bin/infra-monitor';

/** The example of a settings file, where the documents of this installation are (scripts/package/debian.mjs). */
export const settingsExamplePath = (): string =>
  findOwnInstallation().kind === 'package' ? '/usr/share/doc/infra-monitor/examples/infra-monitor.env' : '.env.example';

/** npm's prefix of a package in PREFIX/lib/node_modules. */
export const npmPrefixOf = (root: string): string => join(root, '../../..');

/** Throws unless run by root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new UsageError('root is required: use sudo');
}
