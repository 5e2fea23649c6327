import { basename } from 'node:path';
import { tryReadTextSync } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { decodeByteStringAsUtf8, type HostMounts } from '../host/linux/host-mounts.ts';

/** A file system that is mounted, with all of its mount points. */
export interface MountedFilesystem {
  /** `<major>:<minor>`; btrfs and ZFS have numbers of their own. */
  number: string;
  type: string;
  /** A device, or a dataset. */
  source: string;
  /** Those of the whole file system, or, if there are none, of its folders; all of a file system with subvolumes. */
  points: readonly string[];
  /** Options that all of its mounts share. */
  options: readonly string[];
}

/** The file systems of a machine, each once. */
export function listMountedFilesystems(mounts: HostMounts): MountedFilesystem[] {
  const byNumber = new Map<string, MountedFilesystem & { whole: string[]; folders: string[] }>();
  for (const lines of mounts.accessible) {
    const line = lines.at(-1);
    if (line === undefined) continue;
    const { device: number, type, source, root, options } = line;
    const one = byNumber.get(number) ?? {
      number,
      type,
      source: decodeByteStringAsUtf8(source),
      options,
      points: [],
      whole: [],
      folders: [],
    };
    (root === '/' || type === 'btrfs' ? one.whole : one.folders).push(decodeByteStringAsUtf8(line.point));
    byNumber.set(number, one);
  }
  return [...byNumber.values()].map(({ whole, folders, ...rest }) => ({
    ...rest,
    points: (whole.length > 0 ? whole : folders).sort(),
  }));
}

/** Kernel names of the devices that are swapped to. */
export const listSwapDevices = (roots: HostRoots): string[] =>
  (tryReadTextSync(roots.proc('swaps')) ?? '')
    .split('\n')
    .flatMap((line) => /^(\/dev\/\S+)\s+partition\b/.exec(line)?.[1] ?? [])
    .map((path) => basename(path));
