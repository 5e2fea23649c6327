import { readlinkSync } from 'node:fs';
import type { HostRoots } from '../model/host-roots.ts';

/** As many as the kernel follows (path_resolution(7)). */
const maxLinks = 40;

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The path at which this process can open a file of the host, with links followed as on the host: an absolute link
 * would lead into the root file system of this process. For files that can't lie on a mount that hangs. */
export function resolveHostPath(roots: HostRoots, path: string): string {
  if (roots.isHostRoot) return roots.host(path);
  const pending = path.split('/');
  let resolved: string[] = [];
  for (let links = 0; pending.length > 0 && links <= maxLinks; ) {
    const name = pending.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      resolved.pop();
      continue;
    }
    const target = linkTarget(roots.host(...resolved, name));
    if (target === undefined) {
      resolved.push(name);
      continue;
    }
    links += 1;
    if (target.startsWith('/')) resolved = [];
    pending.unshift(...target.split('/'));
  }
  return roots.host(...resolved);
}
