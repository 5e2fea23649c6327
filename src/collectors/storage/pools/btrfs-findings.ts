import { type Finding, findingIf } from '../../../model/problem.ts';
import type { BtrfsScrubKnowledge } from './btrfs-scrub.ts';
import { btrfsMetadataUsedRatio, btrfsTolerableDeviceLosses, btrfsUnallocatedBytes } from './btrfs-space.ts';
import type { BtrfsFilesystem } from './btrfs-sysfs.ts';
import type { PoolFindingsInput, PoolMember } from './pool.ts';
import {
  blamedDrivesOf,
  degradedPoolFinding,
  describeLostMounts,
  describePoolMember,
  describeStickyEnd,
  failedPoolFinding,
  inactiveAndGoneMembers,
  listFirstNames,
  stickyLimit,
} from './pool-findings.ts';

const mebibyte = 1024 ** 2;
/** A chunk of metadata has 256 MiB on file systems below 50 GB, else 1 GiB (fs/btrfs/volumes.c). */
const smallFilesystemBytes = 50e9;
/** As much as chunks are aligned to: less is nothing. */
const noSpaceBytes = 16 * mebibyte;
const fullMetadataRatio = 0.8;

const remedy = 'replace the drive with btrfs replace: docs/storage.md';

const copiesOf = (profiles: readonly string[]) =>
  Math.max(1, ...profiles.map((profile) => ({ dup: 2, raid1: 2, raid10: 2, raid1c3: 3, raid1c4: 4 })[profile] ?? 1));

/** Whether there is room for one more chunk of metadata. */
function canGrowMetadata({ allocation }: BtrfsFilesystem, size: number, unallocated: number): boolean {
  const chunk = size < smallFilesystemBytes ? 256 * mebibyte : 1024 * mebibyte;
  return unallocated >= chunk * copiesOf(allocation?.metadata.profiles ?? []);
}

/** A file system that was mounted without a member that it had, before anybody could see which. */
const withUnknownMembers = (filesystem: BtrfsFilesystem, pool: PoolFindingsInput): PoolFindingsInput =>
  inactiveAndGoneMembers(pool).length > 0
    ? pool
    : {
        ...pool,
        gone: filesystem.devices
          .filter(({ isMissing }) => isMissing)
          .map(({ number }): PoolMember => ({ id: `device ${number}`, number, role: 'missing', state: 'gone' })),
      };

export function btrfsFindings(
  filesystem: BtrfsFilesystem,
  { missing, size, scrub, isUnreadable }: BtrfsScrubKnowledge & { missing: number; size: number | undefined },
  found: PoolFindingsInput,
): Finding[] {
  const pool = withUnknownMembers(filesystem, found);
  const { allocation, devices, exclusiveOperation } = filesystem;
  const tolerance = btrfsTolerableDeviceLosses(filesystem);
  const unallocated = btrfsUnallocatedBytes(filesystem, size);
  const ratio = btrfsMetadataUsedRatio(filesystem);
  const isMetadataFull =
    ratio === undefined || size === undefined || unallocated === undefined
      ? undefined
      : ratio > stickyLimit(fullMetadataRatio, pool.before.has('metadata_full')) &&
        !canGrowMetadata(filesystem, size, unallocated);
  const risen = devices.filter(({ number }) => (pool.newCounts?.[`errors device ${number}`] ?? 0) > 0);
  const wasScrubBad = pool.before.has('scrub');
  const hasTwoProfiles = Object.values(allocation ?? {}).some(({ profiles }) => profiles.length > 1);
  return [
    ...findingIf('failed', missing === 0 ? false : tolerance === undefined ? undefined : missing > tolerance, () =>
      failedPoolFinding(pool, 'more members are gone than it can lose'),
    ),
    ...findingIf('degraded', missing > 0 && (tolerance === undefined || missing <= tolerance), () =>
      degradedPoolFinding(pool, remedy),
    ),
    ...findingIf('device_errors', pool.newCounts && risen.length > 0, () => ({
      severity: pool.redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
      text: `new errors on ${risen.map(({ number }) => `device ${number}`).join(', ')} of ${pool.members.map(describePoolMember).join(', ')}${describeLostMounts(pool, 'affected')}`,
      step: risen.map(({ number }) => number).join(),
      clearsAt: 'when you acknowledge it',
      remedy: 'scrub the file system; btrfs device stats says which drive it is',
      explainedBy: ['failed', 'degraded'],
      ...(pool.members.length === 1 ? blamedDrivesOf(pool.members) : {}),
    })),
    ...findingIf('metadata_full', isMetadataFull, () => ({
      severity: 'degraded',
      text: `metadata nearly full, and no room to extend them on ${listFirstNames(pool.members.map(describePoolMember))}: writing fails though df shows free space${describeLostMounts(pool, 'affected')}`,
      clearsAt: `${describeStickyEnd(fullMetadataRatio)}, or when a chunk can be allocated`,
      remedy: 'delete snapshots, add a drive, or run btrfs balance start -dusage=10',
    })),
    ...findingIf(
      'unallocated',
      unallocated === undefined ? undefined : unallocated <= noSpaceBytes && isMetadataFull === false,
      () => ({
        severity: 'notice',
        text: 'all space belongs to chunks of data or metadata: neither can grow',
        clearsAt: 'when space is unallocated',
        remedy: 'run btrfs balance start -dusage=10',
      }),
    ),
    ...findingIf(
      'scrub',
      scrub === undefined ? (wasScrubBad && isUnreadable ? undefined : false) : scrub.uncorrectable > 0,
      () => ({
        severity: 'data_at_risk',
        text: `the last scrub found errors that it could not correct${describeLostMounts(pool, 'affected')}`,
        clearsAt: 'when a scrub finds none',
        remedy: 'restore the files that the kernel log names, then scrub again',
      }),
    ),
    ...findingIf('balance_paused', exclusiveOperation === 'balance paused', () => ({
      severity: 'notice',
      text: 'a balance is paused',
      clearsAt: 'when it is resumed or cancelled',
      remedy: 'run btrfs balance resume',
    })),
    ...findingIf('quotas_inconsistent', filesystem.areQuotasInconsistent ?? false, () => ({
      severity: 'notice',
      text: 'what its quota groups count is no longer correct',
      clearsAt: 'when it is recounted',
      remedy: `run btrfs quota rescan${pool.mounts[0] === undefined ? '' : ` ${pool.mounts[0]}`}`,
    })),
    ...findingIf('two_profiles', hasTwoProfiles && exclusiveOperation === 'none', () => ({
      severity: 'notice',
      text: `chunks with different profiles (${pool.layout}): the weakest counts`,
      clearsAt: 'when all have one profile',
      remedy: 'run btrfs balance start with convert',
    })),
  ];
}

/** A file system that is not mounted though it was: by hand, or because a member is gone. */
export const unmountedBtrfsFindings = (pool: PoolFindingsInput): Finding[] =>
  findingIf('not_mounted', pool.gone.length > 0, () => ({
    severity: 'outage',
    text: `not mounted, because a member is gone: ${pool.gone.map(describePoolMember).join(', ')}`,
    step: pool.gone.map(({ id }) => id).join(),
    clearsAt: 'when it is mounted',
    remedy: 'mount it with the option degraded, then replace the drive: docs/storage.md',
    ...blamedDrivesOf(pool.gone),
  }));
