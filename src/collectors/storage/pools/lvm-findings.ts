import { type Finding, findingIf, type Severity } from '../../../model/problem.ts';
import type { DmRaidStatus, DmThinPoolStatus } from './dm-status.ts';
import type { LvmVolume } from './lvm-sysfs.ts';
import type { PoolFindingsInput } from './pool.ts';
import {
  degradedPoolFinding,
  describeLostMounts,
  describePoolMember,
  describeStickyEnd,
  failedPoolFinding,
  listFirstNames,
  mismatchFindings,
  stickyLimit,
} from './pool-findings.ts';

const suspended = ({ isSuspended }: LvmVolume, pool: PoolFindingsInput): Finding[] =>
  findingIf('suspended', isSuspended, () => ({
    severity: 'outage',
    text: `suspended: what reads or writes it waits${describeLostMounts(pool, 'not usable')}`,
    clearsAt: 'when it goes on',
    remedy: 'if no LVM command is running, dmsetup resume lets it go on',
    explainedBy: ['failed'],
  }));

/** Undefined if that depends on which legs are lost, or the level is not known. */
function hasLostTooMuch(lost: number, { tolerance, toleranceAtBest }: DmRaidStatus): boolean | undefined {
  if (tolerance === undefined || toleranceAtBest === undefined) return undefined;
  if (lost <= tolerance) return false;
  return lost > toleranceAtBest ? true : undefined;
}

/** What is wrong with a RAID volume or a mirror. Without its status, /sys tells only that the drive below a leg is
 * gone. */
export function lvmRaidFindings(
  volume: LvmVolume,
  status: DmRaidStatus | undefined,
  pool: PoolFindingsInput,
): Finding[] {
  const lacking = pool.members.filter(({ role }) => role === 'missing' || role === 'failed' || role === 'rebuilding');
  const isWhole = lacking.length === 0;
  // Without the status, a leg that is gone is seen; that the others are fine is not.
  const otherwise = status === undefined ? undefined : false;
  const lost = lacking.filter(({ role }) => role !== 'rebuilding').length;
  const isFailed = isWhole ? otherwise : status && hasLostTooMuch(lost, status);
  const remedy = `lvconvert --repair ${volume.name}: docs/storage.md`;
  return [
    ...findingIf('failed', isFailed, () => failedPoolFinding(pool, `${status?.level ?? 'it'} has lost too many legs`)),
    ...findingIf('degraded', isWhole ? otherwise : isFailed !== true, () => degradedPoolFinding(pool, remedy)),
    ...suspended(volume, pool),
    ...mismatchFindings(
      pool,
      status?.mismatches,
      `look for a failing drive or memory, then run lvchange --syncaction repair ${volume.name}`,
    ),
  ];
}

const noticeRatio = 0.8;
const fullRatio = 0.9;
/** Metadata that are full have to be repaired while nothing uses the pool. */
const fullMetadataRatio = 0.8;

const knownModes = new Set(['rw', 'ro', 'read_only', 'out_of_data_space', 'Fail', 'Error']);

/** Undefined if the ratio is. */
const isAbove = (ratio: number | undefined, limit: number) => (ratio === undefined ? undefined : ratio >= limit);

/** What is wrong with a thin pool. File systems on it show free space that it does not have. */
export function lvmThinFindings(
  { volume, status, isWhole }: { volume: LvmVolume; status: DmThinPoolStatus | undefined; isWhole: boolean },
  pool: PoolFindingsInput,
): Finding[] {
  const known = status !== undefined && knownModes.has(status.mode) ? status : undefined;
  const { mode, usedRatio, metadataUsedRatio } = known ?? {};
  const isBroken = mode === 'Fail' || mode === 'Error';
  const isFull = known && (mode === 'out_of_data_space' || usedRatio === 1);
  const isReadOnly = known && (mode === 'ro' || mode === 'read_only');
  const earlier = pool.before.get('nearly_full');
  const isWorse = (usedRatio ?? 0) >= stickyLimit(fullRatio, earlier?.severity === 'degraded');
  const severity: Severity = isWorse ? 'degraded' : 'notice';
  const isNearlyFull = isAbove(usedRatio, stickyLimit(noticeRatio, earlier !== undefined));
  const isMetadataFull = isAbove(metadataUsedRatio, stickyLimit(fullMetadataRatio, pool.before.has('metadata_full')));
  const drives = listFirstNames(pool.members.map(describePoolMember));
  const onDrives = drives === '' ? '' : ` on ${drives}`;
  const grow = `add space with lvextend --size +10G ${volume.name}, or delete volumes or snapshots`;
  return [
    ...findingIf('failed', isWhole ? known && isBroken : true, () =>
      failedPoolFinding(pool, isWhole ? `LVM says ${mode}` : 'a drive below it is gone'),
    ),
    ...findingIf('full', isFull, () => ({
      severity: 'data_at_risk',
      text: `full${onDrives}: writing fails, though file systems on it show free space${describeLostMounts(pool, 'affected')}`,
      clearsAt: 'when it has space again',
      remedy: grow,
      explainedBy: ['failed'],
    })),
    ...findingIf('read_only', isReadOnly, () => ({
      severity: 'outage',
      text: `read-only${onDrives}: its metadata are full or damaged${describeLostMounts(pool, 'not writable')}`,
      clearsAt: 'when it can be written again',
      remedy: `unmount what lies on it, then run lvconvert --repair ${volume.name}`,
      explainedBy: ['failed'],
    })),
    ...findingIf('needs_check', known?.needsCheck && !isReadOnly, () => ({
      severity: 'degraded',
      text: `its metadata${onDrives} need a check`,
      clearsAt: 'when they are repaired',
      remedy: `unmount what lies on it, then run lvconvert --repair ${volume.name}`,
      explainedBy: ['failed', 'full'],
    })),
    ...findingIf('nearly_full', isBroken || isFull ? false : isNearlyFull, () => ({
      severity,
      text: `nearly full${onDrives}: when it is full, writing fails though file systems show free space${describeLostMounts(pool, 'affected')}`,
      step: severity,
      clearsAt: describeStickyEnd(noticeRatio),
      remedy: grow,
      explainedBy: ['failed', 'read_only'],
    })),
    ...findingIf('metadata_full', isBroken ? false : isMetadataFull, () => ({
      severity: 'degraded',
      text: `metadata nearly full${onDrives}: when they are full, nothing can be written${describeLostMounts(pool, 'affected')}`,
      clearsAt: describeStickyEnd(fullMetadataRatio),
      remedy: `lvextend --poolmetadatasize +1G ${volume.name}, or delete snapshots`,
      explainedBy: ['failed', 'read_only'],
    })),
  ];
}
