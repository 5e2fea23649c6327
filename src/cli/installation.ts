import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { installedPath } from '../lib/installed-path.ts';
import { UsageError } from '../model/errors.ts';

/** How the program was installed: Debian package, release folder, npm, a clone of the repository, or a single file that was copied from
 * a release folder to anywhere. */
export type InstallationKind = 'package' | 'folder' | 'npm' | 'clone' | 'file';

export interface Installation {
  kind: InstallationKind;
  /** The folder that contains it. */
  root: string;
}

export function findOwnInstallation(): Installation {
  const root = installedPath('.');
  const kind =
    root === '/usr/lib/infra-monitor'
      ? 'package'
      : root.includes('/node_modules/')
        ? 'npm'
        : existsSync(join(root, 'scripts'))
          ? 'clone'
          : existsSync(join(root, 'package.json'))
            ? 'folder'
            : 'file';
  return { kind, root };
}

/** How this program is called in a shell: a clone and a single file that was copied anywhere have no command on the path. */
export function ownCommand(): string {
  const { kind, root } = findOwnInstallation();
  if (kind === 'file') return process.execPath;
  if (kind !== 'clone') return 'infra-monitor';
  const file = join(root, 'dist/infra-monitor.js');
  const fromHere = relative(process.cwd(), file);
  return `node ${fromHere.startsWith('..') ? file : fromHere}`;
}

/** The command of a release folder: a link to the single file, or to the program for the installed Node. */
export const releaseFolderCommandPath = '/usr/local/bin/infra-monitor';

/** npm's prefix of a package in PREFIX/lib/node_modules. */
export const npmPrefixOf = (root: string): string => join(root, '../../..');

/** Throws unless run by root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new UsageError('root is required: use sudo');
}
