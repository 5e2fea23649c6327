import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

/** The command of a release folder: a link to the single file, or to the program for the installed Node. */
export const releaseFolderCommandPath = '/usr/local/bin/infra-monitor';

/** npm's prefix of a package in PREFIX/lib/node_modules. */
export const npmPrefixOf = (root: string): string => join(root, '../../..');

/** Throws unless run by root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new UsageError('root is required: use sudo');
}
