import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../lib/installed.ts';
import { Unusable } from '../model/fault.ts';

/** How the program came here: by Debian's package, the tarball's folder, npm, or as a clone of its repository. */
export type Kind = 'package' | 'folder' | 'npm' | 'clone';

export interface Installation {
  kind: Kind;
  /** The folder with all of it. */
  root: string;
}

export function installation(): Installation {
  const root = installed('.');
  const kind = root === '/usr/lib/infra-monitor' ? 'package' : root.includes('/node_modules/') ? 'npm' : existsSync(join(root, 'scripts')) ? 'clone' : 'folder';
  return { kind, root };
}

/** Throws unless it is root. */
export function wantRoot(): void {
  if (process.getuid?.() !== 0) throw new Unusable('this wants root: use sudo');
}
