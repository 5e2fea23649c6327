import { type Finding, findingIf } from '../../../model/problem.ts';
import type { BtrfsScrubKnowledge } from './btrfs-scrub.ts';
import { btrfsMetadataUsedRatio, btrfsTolerableDeviceLosses, btrfsUnallocatedBytes } from './btrfs-space.ts';
import type { BtrfsFilesystem } from './btrfs-sysfs.ts';
import type { PoolFindingsInput, PoolMember } from './pool.ts';
import {
  blamedDrivesOf,
  degradedPoolFinding,
  describeHysteresisEnd,
  failedPoolFinding,
  inactiveAndGoneMembers,
  limitWithHysteresis,
} from './pool-findings.ts';
import { formatMemberList, type PoolTexts } from './texts.ts';

const mebibyte = 1024 ** 2;
/** A chunk of metadata has 256 MiB on file systems below 50 GB, else 1 GiB (fs/btrfs/volumes.c). */
const smallFilesystemBytes = 50e9;
/** As much as chunks are aligned to: less is nothing. */
const noSpaceBytes = 16 * mebibyte;
const fullMetadataRatio = 0.8;

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
  texts: PoolTexts,
): Finding[] {
  const pool = withUnknownMembers(filesystem, found);
  const { allocation, devices, exclusiveOperation } = filesystem;
  const tolerance = btrfsTolerableDeviceLosses(filesystem);
  const unallocated = btrfsUnallocatedBytes(filesystem, size);
  const ratio = btrfsMetadataUsedRatio(filesystem);
  const isMetadataFull =
    ratio === undefined || size === undefined || unallocated === undefined
      ? undefined
      : ratio > limitWithHysteresis(fullMetadataRatio, pool.before.has('metadata_full')) &&
        !canGrowMetadata(filesystem, size, unallocated);
  const risen = devices.filter(({ number }) => (pool.newCounts?.[`errors device ${number}`] ?? 0) > 0);
  const wasScrubBad = pool.before.has('scrub');
  const hasTwoProfiles = Object.values(allocation ?? {}).some(({ profiles }) => profiles.length > 1);
  return [
    ...findingIf('failed', missing === 0 ? false : tolerance === undefined ? undefined : missing > tolerance, () =>
      failedPoolFinding(pool, texts.moreGoneThanTolerated, texts),
    ),
    ...findingIf('degraded', missing > 0 && (tolerance === undefined || missing <= tolerance), () =>
      degradedPoolFinding(pool, texts.replaceWithBtrfs, texts),
    ),
    ...findingIf('device_errors', pool.newCounts && risen.length > 0, () => ({
      severity: pool.redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
      text: texts.btrfsErrors(
        risen.map(({ number }) => number),
        formatMemberList(pool.members, texts),
        texts.mountsAre(pool.mounts, 'affected'),
      ),
      step: risen.map(({ number }) => number).join(),
      clearsAt: texts.clearsWhenPoolAcknowledged,
      remedy: texts.scrubBtrfs,
      explainedBy: ['failed', 'degraded'],
      ...(pool.members.length === 1 ? blamedDrivesOf(pool.members) : {}),
    })),
    ...findingIf('metadata_full', isMetadataFull, () => ({
      severity: 'degraded',
      text: texts.btrfsMetadataFull(
        texts.listFirstNames(pool.members.map((member) => texts.member(member))),
        texts.mountsAre(pool.mounts, 'affected'),
      ),
      clearsAt: texts.orWhenChunkFits(describeHysteresisEnd(fullMetadataRatio, texts)),
      remedy: texts.makeRoomInBtrfs,
    })),
    ...findingIf(
      'unallocated',
      unallocated === undefined ? undefined : unallocated <= noSpaceBytes && isMetadataFull === false,
      () => ({
        severity: 'notice',
        text: texts.allAllocated,
        clearsAt: texts.clearsWhenUnallocated,
        remedy: texts.balance,
      }),
    ),
    ...findingIf(
      'scrub',
      scrub === undefined ? (wasScrubBad && isUnreadable ? undefined : false) : scrub.uncorrectable > 0,
      () => ({
        severity: 'data_at_risk',
        text: texts.scrubErrors(texts.mountsAre(pool.mounts, 'affected')),
        clearsAt: texts.clearsWithCleanScrub,
        remedy: texts.restoreAndScrub,
      }),
    ),
    ...findingIf('balance_paused', exclusiveOperation === 'balance paused', () => ({
      severity: 'notice',
      text: texts.balancePaused,
      clearsAt: texts.clearsWhenResumed,
      remedy: texts.resumeBalance,
    })),
    ...findingIf('quotas_inconsistent', filesystem.areQuotasInconsistent ?? false, () => ({
      severity: 'notice',
      text: texts.quotasInconsistent,
      clearsAt: texts.clearsWhenRecounted,
      remedy: texts.rescanQuotas(pool.mounts[0]),
    })),
    ...findingIf('two_profiles', hasTwoProfiles && exclusiveOperation === 'none', () => ({
      severity: 'notice',
      text: texts.twoProfiles(pool.layout),
      clearsAt: texts.clearsWithOneProfile,
      remedy: texts.convertProfiles,
    })),
  ];
}

/** A file system that is not mounted though it was: by hand, or because a member is gone. */
export const unmountedBtrfsFindings = (pool: PoolFindingsInput, texts: PoolTexts): Finding[] =>
  findingIf('not_mounted', pool.gone.length > 0, () => ({
    severity: 'outage',
    text: texts.notMounted(formatMemberList(pool.gone, texts)),
    step: pool.gone.map(({ id }) => id).join(),
    clearsAt: texts.clearsWhenMounted,
    remedy: texts.mountDegraded,
    ...blamedDrivesOf(pool.gone),
  }));
