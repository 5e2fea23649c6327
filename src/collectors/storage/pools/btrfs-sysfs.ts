import { join } from 'node:path';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../../lib/files.ts';

/** A device of a file system, by its number; which block device that is the kernel does not say. */
export interface BtrfsDevice {
  number: number;
  /** Only where the file system was mounted with the option `degraded`. */
  isMissing: boolean;
  /** Lifetime counts of errors of any kind; undefined before Linux 5.14. */
  errors: number | undefined;
}

/** The chunks of one kind, in bytes. */
export interface BtrfsAllocation {
  total: number;
  used: number;
  /** Reserved for what is being written, the global reserve among it. */
  mayUse: number;
  readOnly: number;
  diskTotal: number;
  diskUsed: number;
  /** `raid1`; two while a conversion is not complete. */
  profiles: readonly string[];
}

export type BtrfsAllocationKind = 'data' | 'metadata' | 'system';

/** A mounted file system, as /sys/fs/btrfs has it (btrfs-progs, Documentation/ch-sysfs.rst). */
export interface BtrfsFilesystem {
  fsid: string;
  /** The fsid was made up because the same file system is mounted twice. */
  hasTemporaryId: boolean;
  label: string;
  /** Kernel names; the link of one that was pulled leads nowhere. */
  deviceNames: readonly string[];
  devices: readonly BtrfsDevice[];
  /** A device is being replaced: the target has a link, too. */
  hasReplaceTarget: boolean;
  exclusiveOperation: string | undefined;
  allocation: Readonly<Record<BtrfsAllocationKind, BtrfsAllocation>> | undefined;
  /** Whether what the quota groups count is wrong until a rescan; undefined before Linux 6.1 and without quotas. */
  areQuotasInconsistent: boolean | undefined;
}

const uuidPattern = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const profilePattern = /^(single|dup|raid\w+)$/;

function readDevice(folder: string, number: number): BtrfsDevice {
  const counts = [...(tryReadTextSync(join(folder, 'error_stats')) ?? '').matchAll(/^\w+_errs (\d+)$/gm)];
  return {
    number,
    isMissing: tryReadNumberSync(join(folder, 'missing')) === 1,
    errors: counts.length === 0 ? undefined : counts.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

function readAllocation(folder: string): BtrfsAllocation | undefined {
  const number = (name: string) => tryReadNumberSync(join(folder, name));
  const [total, used, diskTotal, diskUsed] = [
    number('total_bytes'),
    number('bytes_used'),
    number('disk_total'),
    number('disk_used'),
  ];
  if (total === undefined || used === undefined || diskTotal === undefined || diskUsed === undefined) return undefined;
  return {
    total,
    used,
    mayUse: number('bytes_may_use') ?? 0,
    readOnly: number('bytes_readonly') ?? 0,
    diskTotal,
    diskUsed,
    profiles: listFolderSync(folder).filter((name) => profilePattern.test(name)),
  };
}

function readFilesystem(folder: string, fsid: string): BtrfsFilesystem {
  const [data, metadata, system] = (['data', 'metadata', 'system'] as const).map((kind) =>
    readAllocation(join(folder, 'allocation', kind)),
  );
  return {
    fsid,
    hasTemporaryId: tryReadNumberSync(join(folder, 'temp_fsid')) === 1,
    label: tryReadTextSync(join(folder, 'label')) ?? '',
    deviceNames: listFolderSync(join(folder, 'devices')),
    devices: listFolderSync(join(folder, 'devinfo'))
      // The target of a replacement has the number 0 until it is done.
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map((name) => readDevice(join(folder, 'devinfo', name), Number(name))),
    hasReplaceTarget: listFolderSync(join(folder, 'devinfo')).includes('0'),
    exclusiveOperation: tryReadTextSync(join(folder, 'exclusive_operation')),
    allocation: data && metadata && system && { data, metadata, system },
    areQuotasInconsistent: { 0: false, 1: true }[tryReadNumberSync(join(folder, 'qgroups/inconsistent')) ?? -1],
  };
}

export const readBtrfsFilesystems = (sys: string): BtrfsFilesystem[] =>
  listFolderSync(join(sys, 'fs/btrfs'))
    .filter((name) => uuidPattern.test(name))
    .map((fsid) => readFilesystem(join(sys, 'fs/btrfs', fsid), fsid));
