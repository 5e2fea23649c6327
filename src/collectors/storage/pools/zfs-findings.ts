import { type Finding, findingIf } from '../../../model/problem.ts';
import type { PoolFindingsInput, PoolMember } from './pool.ts';
import {
  blamedDrivesOf,
  countActiveMembers,
  degradedPoolFinding,
  describeHysteresisEnd,
  failedPoolFinding,
  limitWithHysteresis,
  membersWithNewErrors,
} from './pool-findings.ts';
import { formatMemberList, type PoolTexts } from './texts.ts';
import { dataVdevClasses, type Vdev, type ZpoolStatus } from './zpool-status.ts';

/** Words of the kernel's module, each with what it means (zfs(4), `spa_state_to_name` in module/zfs/spa_misc.c). */
const failedStates = new Set(['FAULTED', 'UNAVAIL', 'REMOVED']);
const knownStates = new Set([...failedStates, 'ONLINE', 'DEGRADED', 'OFFLINE', 'SUSPENDED']);

/** Distributions scrub once a month. */
const overdueMs = 35 * 24 * 3600_000;
/** A pool that was never scrubbed is not overdue: its scrubs may have been forgotten by a resilver. */
const isOverdue = (lastCheck: Date | undefined) =>
  lastCheck !== undefined && Date.now() - lastCheck.getTime() > overdueMs;
const noticeRatio = 0.8;
/** Beyond that writing becomes slow, and at 97 % it ends. */
const fullRatio = 0.9;

const isInUse = ({ state }: Vdev) => state === 'INUSE';
const isBroken = ({ role }: PoolMember) => role === 'failed' || role === 'missing';

/** Names of what does not work. A mirror that has lost a device is DEGRADED, and works. */
const namesOfFailed = (status: ZpoolStatus | undefined, key: 'logs' | 'l2cache' | 'spares'): string[] =>
  status?.vdevs[key].filter(({ state }) => !/^(ONLINE|DEGRADED|AVAIL|INUSE)$/.test(state)).map(({ name }) => name) ??
  [];

/** ZFS calls a pool DEGRADED for its log alone, too. */
const lacksOnlyLog = (status: ZpoolStatus): boolean =>
  namesOfFailed(status, 'logs').length > 0 &&
  dataVdevClasses.every((key) => status.vdevs[key].every(({ state }) => state === 'ONLINE'));

/** What only `zpool status` tells. */
function judgeStatus(status: ZpoolStatus | undefined, pool: PoolFindingsInput, texts: PoolTexts): Finding[] {
  const logs = namesOfFailed(status, 'logs');
  const caches = namesOfFailed(status, 'l2cache');
  const spares = namesOfFailed(status, 'spares');
  const isKnown = status === undefined ? undefined : false;
  const { dataErrors } = status ?? {};
  const risen = membersWithNewErrors(pool, 'errors');
  const erroneous = pool.members.filter((member) => (member.errors ?? 0) > 0 && !risen.includes(member));
  const isReplaced = status?.vdevs.spares.some(isInUse);
  return [
    ...findingIf('data_errors', dataErrors === undefined ? undefined : dataErrors > 0, () => ({
      severity: 'data_at_risk',
      text: texts.filesDamaged(texts.mountsAre(pool.mounts, 'affected')),
      clearsAt: texts.clearsWithCleanScrub,
      remedy: texts.restoreThenScrub(pool.name),
      explainedBy: ['failed', 'suspended'],
    })),
    ...findingIf('device_errors', status && pool.newCounts && risen.length > 0, () => ({
      severity: pool.redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
      text: texts.newErrorsOn(formatMemberList(risen, texts)),
      step: risen.map(({ id }) => id).join(),
      clearsAt: texts.clearsWhenPoolAcknowledged,
      remedy: texts.checkDriveAndCable,
      explainedBy: ['failed', 'suspended', 'degraded'],
      ...blamedDrivesOf(risen),
    })),
    ...findingIf('old_device_errors', status && erroneous.length > 0 && risen.length === 0, () => ({
      severity: 'notice',
      text: texts.errorsSinceImport(formatMemberList(erroneous, texts)),
      step: erroneous.map(({ id }) => id).join(),
      clearsAt: texts.clearsAfterZpoolClear,
      remedy: texts.zpoolClear(pool.name),
      explainedBy: ['failed', 'suspended', 'degraded'],
    })),
    ...findingIf('log_failed', logs.length > 0 || isKnown, () => ({
      severity: 'degraded',
      text: texts.logFailed(logs.join(', ')),
      step: logs.join(),
      clearsAt: texts.clearsWhenReplacedOrRemoved,
      remedy: texts.replaceLog(pool.name, logs[0]),
      explainedBy: ['failed', 'suspended'],
      ...(status && lacksOnlyLog(status) ? blamedDrivesOf(pool.members.filter(isBroken)) : {}),
    })),
    ...findingIf('cache_failed', caches.length > 0 || isKnown, () => ({
      severity: 'notice',
      text: texts.cacheFailed(caches.join(', ')),
      step: caches.join(),
      clearsAt: texts.clearsWhenReplacedOrRemoved,
      remedy: texts.zpoolRemove(pool.name, caches[0]),
    })),
    ...findingIf('failed_spare', spares.length > 0 || isKnown, () => ({
      severity: 'notice',
      text: texts.spareFailed(spares.join(', ')),
      step: spares.join(),
      clearsAt: texts.clearsWhenReplacedOrRemoved,
      remedy: texts.zpoolRemove(pool.name, spares[0]),
    })),
    ...findingIf('spare_lost', status && !isReplaced && (pool.spares ?? 0) + spares.length < pool.sparesBefore, () => ({
      severity: 'notice',
      text: pool.spares === 0 ? texts.noSpareLeft : texts.sparesLeft(pool.spares, pool.sparesBefore),
      step: pool.spares ?? 0,
      clearsAt: texts.clearsWithSpare,
      remedy: texts.zpoolAddSpare(pool.name),
      explainedBy: ['degraded'],
    })),
    ...findingIf('scrub', status && (pool.lastCheckErrors ?? 0) > 0, () => ({
      severity: 'data_at_risk',
      text: texts.scrubErrors(texts.mountsAre(pool.mounts, 'affected')),
      clearsAt: texts.clearsWithCleanScrub,
      remedy: texts.restoreThenScrubAgain(pool.name),
      explainedBy: ['failed', 'suspended', 'data_errors'],
    })),
    ...findingIf('scrub_overdue', status && isOverdue(pool.lastCheck), () => ({
      severity: 'notice',
      text: texts.scrubOverdue,
      clearsAt: texts.clearsAfterScrub,
      remedy: texts.scrubMonthly(pool.name),
    })),
  ];
}

function judgeSpace(pool: PoolFindingsInput, texts: PoolTexts): Finding[] {
  const { usedRatio, name, before } = pool;
  const earlier = before.get('nearly_full');
  const isNearlyFull =
    usedRatio === undefined ? undefined : usedRatio > limitWithHysteresis(noticeRatio, earlier !== undefined);
  const isWorse = (usedRatio ?? 0) > limitWithHysteresis(fullRatio, earlier?.severity === 'degraded');
  const severity = isWorse ? 'degraded' : 'notice';
  return findingIf('nearly_full', isNearlyFull, () => ({
    severity,
    text: texts.zfsNearlyFull(texts.mountsAre(pool.mounts, 'affected')),
    step: severity,
    clearsAt: describeHysteresisEnd(noticeRatio, texts),
    remedy: texts.makeRoomInZfs(name),
    explainedBy: ['failed', 'suspended'],
  }));
}

/** ZFS calls a pool ONLINE while it resilvers a device that was attached or has come back. */
function isResilveringMember(pool: PoolFindingsInput): boolean | undefined {
  const active = countActiveMembers(pool);
  if (active === undefined || pool.expectedMembers === undefined) return undefined;
  return active < pool.expectedMembers && pool.members.some(({ role }) => role === 'rebuilding');
}

function remedyOf(
  status: ZpoolStatus | undefined,
  { name, groups, members }: PoolFindingsInput,
  texts: PoolTexts,
): string {
  if (status === undefined) return texts.replaceDriveOfZpool;
  const isRebuilt = members.some(({ role }) => role === 'rebuilding');
  if (isRebuilt && !members.some(isBroken)) return texts.waitForResilver;
  const isReplaced = groups?.every(({ canLose }) => canLose > 0) && status.vdevs.spares.some(isInUse);
  return isReplaced ? texts.replaceSparedDrive(name) : texts.replaceWithZpool(name);
}

export function zfsFindings(
  state: string | undefined,
  status: ZpoolStatus | undefined,
  pool: PoolFindingsInput,
  texts: PoolTexts,
): Finding[] {
  const isKnown = state !== undefined && knownStates.has(state);
  const isDegraded =
    state === 'ONLINE' && status !== undefined
      ? isResilveringMember(pool)
      : isKnown
        ? state === 'DEGRADED' && !(status && lacksOnlyLog(status))
        : undefined;
  return [
    ...findingIf('failed', isKnown ? failedStates.has(state) : undefined, () =>
      failedPoolFinding(pool, texts.toolSays('ZFS', state), texts),
    ),
    ...findingIf('suspended', isKnown ? state === 'SUSPENDED' : undefined, () => ({
      severity: 'data_at_risk',
      text: texts.poolSuspended(texts.mountsAre(pool.mounts, 'notUsable')),
      clearsAt: texts.clearsWhenPoolGoesOn,
      remedy: texts.bringDrivesBack,
      explainsMounts: true,
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('degraded', isDegraded, () => degradedPoolFinding(pool, remedyOf(status, pool, texts), texts)),
    ...findingIf('offline', isKnown ? state === 'OFFLINE' : undefined, () => ({
      severity: 'outage',
      text: texts.offlinePool(texts.mountsAre(pool.mounts, 'notUsable')),
      clearsAt: texts.clearsWhenOnline,
      remedy: texts.seeZpoolStatus,
      explainsMounts: true,
    })),
    ...judgeStatus(status, pool, texts),
    ...judgeSpace(pool, texts),
  ];
}
