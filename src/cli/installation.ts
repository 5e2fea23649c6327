import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Unusable } from '../model/fault.ts';

/** How the program came here: by Debian's package, the tarball's folder, npm, or as a clone of its repository. */
export type Kind = 'package' | 'folder' | 'npm' | 'clone';

export interface Installation {
  kind: Kind;
  /** The folder with all of it. */
  root: string;
}

/** A file that was installed with the program. */
export const besideProgram = (path: string): string => join(dirname(realpathSync(process.argv[1] ?? '.')), '..', path);

export function installation(): Installation {
  const root = besideProgram('.');
  const kind = root === '/usr/lib/infra-monitor' ? 'package' : root.includes('/node_modules/') ? 'npm' : existsSync(join(root, 'scripts')) ? 'clone' : 'folder';
  return { kind, root };
}

/** Throws unless it is root. */
export function wantRoot(): void {
  if (process.getuid?.() !== 0) throw new Unusable('this wants root: use sudo');
}
