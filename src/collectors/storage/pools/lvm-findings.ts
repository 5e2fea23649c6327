import { type Finding, findingIf, type Severity } from '../../../model/problem.ts';
import type { DmRaidStatus, DmThinPoolStatus } from './dm-status.ts';
import type { LvmVolume } from './lvm-sysfs.ts';
import type { PoolFindingsInput } from './pool.ts';
import {
  degradedPoolFinding,
  describeHysteresisEnd,
  failedPoolFinding,
  limitWithHysteresis,
  mismatchFindings,
} from './pool-findings.ts';
import type { PoolTexts } from './texts.ts';

const suspended = ({ isSuspended }: LvmVolume, pool: PoolFindingsInput, texts: PoolTexts): Finding[] =>
  findingIf('suspended', isSuspended, () => ({
    severity: 'outage',
    text: texts.suspendedVolume(texts.mountsAre(pool.mounts, 'notUsable')),
    clearsAt: texts.clearsWhenGoingOn,
    remedy: texts.resumeVolume,
    explainsMounts: true,
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
  texts: PoolTexts,
): Finding[] {
  const lacking = pool.members.filter(({ role }) => role === 'missing' || role === 'failed' || role === 'rebuilding');
  const isWhole = lacking.length === 0;
  // Without the status, a leg that is gone is seen; that the others are fine is not.
  const otherwise = status === undefined ? undefined : false;
  const lost = lacking.filter(({ role }) => role !== 'rebuilding').length;
  const isFailed = isWhole ? otherwise : status && hasLostTooMuch(lost, status);
  const remedy = texts.repairWithLvconvert(volume.name);
  return [
    ...findingIf('failed', isFailed, () => failedPoolFinding(pool, texts.lostTooManyLegs(status?.level), texts)),
    ...findingIf('degraded', isWhole ? otherwise : isFailed !== true, () => degradedPoolFinding(pool, remedy, texts)),
    ...suspended(volume, pool, texts),
    ...mismatchFindings(pool, status?.mismatches, texts.repairWithLvchange(volume.name), texts),
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
  texts: PoolTexts,
): Finding[] {
  const known = status !== undefined && knownModes.has(status.mode) ? status : undefined;
  const { mode, usedRatio, metadataUsedRatio } = known ?? {};
  const isBroken = mode === 'Fail' || mode === 'Error';
  const isFull = known && (mode === 'out_of_data_space' || usedRatio === 1);
  const isReadOnly = known && (mode === 'ro' || mode === 'read_only');
  const earlier = pool.before.get('nearly_full');
  const isWorse = (usedRatio ?? 0) >= limitWithHysteresis(fullRatio, earlier?.severity === 'degraded');
  const severity: Severity = isWorse ? 'degraded' : 'notice';
  const isNearlyFull = isAbove(usedRatio, limitWithHysteresis(noticeRatio, earlier !== undefined));
  const isMetadataFull = isAbove(
    metadataUsedRatio,
    limitWithHysteresis(fullMetadataRatio, pool.before.has('metadata_full')),
  );
  const onDrives = texts.onDrives(texts.listFirstNames(pool.members.map((member) => texts.member(member))));
  const grow = texts.growThinPool(volume.name);
  return [
    ...findingIf('failed', isWhole ? known && isBroken : true, () =>
      failedPoolFinding(pool, isWhole ? texts.toolSays('LVM', mode) : texts.driveBelowGone, texts),
    ),
    ...findingIf('full', isFull, () => ({
      severity: 'data_at_risk',
      text: texts.thinFull(onDrives, texts.mountsAre(pool.mounts, 'affected')),
      clearsAt: texts.clearsWithSpace,
      remedy: grow,
      explainsMounts: true,
      explainedBy: ['failed'],
    })),
    ...findingIf('read_only', isReadOnly, () => ({
      severity: 'outage',
      text: texts.thinReadOnly(onDrives, texts.mountsAre(pool.mounts, 'notWritable')),
      clearsAt: texts.clearsWhenWritable,
      remedy: texts.unmountAndRepair(volume.name),
      explainsMounts: true,
      explainedBy: ['failed'],
    })),
    ...findingIf('needs_check', known?.needsCheck && !isReadOnly, () => ({
      severity: 'degraded',
      text: texts.metadataNeedCheck(onDrives),
      clearsAt: texts.clearsWhenRepaired,
      remedy: texts.unmountAndRepair(volume.name),
      explainedBy: ['failed', 'full'],
    })),
    ...findingIf('nearly_full', isBroken || isFull ? false : isNearlyFull, () => ({
      severity,
      text: texts.thinNearlyFull(onDrives, texts.mountsAre(pool.mounts, 'affected')),
      step: severity,
      clearsAt: describeHysteresisEnd(noticeRatio, texts),
      remedy: grow,
      explainedBy: ['failed', 'read_only'],
    })),
    ...findingIf('metadata_full', isBroken ? false : isMetadataFull, () => ({
      severity: 'degraded',
      text: texts.thinMetadataFull(onDrives, texts.mountsAre(pool.mounts, 'affected')),
      clearsAt: describeHysteresisEnd(fullMetadataRatio, texts),
      remedy: texts.growMetadata(volume.name),
      explainedBy: ['failed', 'read_only'],
    })),
  ];
}
