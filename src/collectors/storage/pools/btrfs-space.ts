import type { BtrfsFilesystem } from './btrfs-sysfs.ts';

/** How many devices may fail of chunks with this profile. */
const tolerances: Record<string, number> = {
  single: 0,
  dup: 0,
  raid0: 0,
  raid1: 1,
  raid10: 1,
  raid5: 1,
  raid6: 2,
  raid1c3: 2,
  raid1c4: 3,
};

/** Of all kinds of chunks. */
export const btrfsProfilesOf = ({ allocation }: BtrfsFilesystem): string[] =>
  allocation === undefined ? [] : Object.values(allocation).flatMap(({ profiles }) => profiles);

/** The weakest chunks count; undefined if a profile is not known. */
export function btrfsTolerableDeviceLosses(filesystem: BtrfsFilesystem): number | undefined {
  const known = btrfsProfilesOf(filesystem).map((profile) => tolerances[profile]);
  if (known.length === 0 || known.includes(undefined)) return undefined;
  return Math.min(...known.map((tolerance) => tolerance ?? 0));
}

/** Bytes of the devices that belong to no chunk yet. */
export function btrfsUnallocatedBytes({ allocation }: BtrfsFilesystem, size: number | undefined): number | undefined {
  if (allocation === undefined || size === undefined) return undefined;
  return Math.max(size - Object.values(allocation).reduce((sum, { diskTotal }) => sum + diskTotal, 0), 0);
}

/** The kernel's reserve and what is being written cannot be used for anything else. */
export const btrfsMetadataUsedRatio = ({ allocation }: BtrfsFilesystem): number | undefined => {
  if (allocation === undefined || allocation.metadata.total === 0) return undefined;
  const { used, mayUse, readOnly, total } = allocation.metadata;
  return Math.min((used + mayUse + readOnly) / total, 1);
};
