import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installedPath } from '../lib/installed-path.ts';
import { UsageError } from '../model/errors.ts';

/** How the program came here: by Debian's package, the tarball's folder, npm, or as a clone of its repository. */
export type Kind = 'package' | 'folder' | 'npm' | 'clone';

export interface Installation {
  kind: Kind;
  /** The folder with all of it. */
  root: string;
}

export function findInstallation(): Installation {
  const root = installedPath('.');
  const kind =
    root === '/usr/lib/infra-monitor'
      ? 'package'
      : root.includes('/node_modules/')
        ? 'npm'
        : existsSync(join(root, 'scripts'))
          ? 'clone'
          : 'folder';
  return { kind, root };
}

/** Throws unless it is root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new UsageError('this wants root: use sudo');
}
