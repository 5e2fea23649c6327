import { type Finding, findingIf } from '../../../model/problem.ts';
import type { PoolFindingsInput, PoolMember } from './pool.ts';
import {
  blamedDrivesOf,
  countActiveMembers,
  degradedPoolFinding,
  describeLostMounts,
  describePoolMember,
  describeStickyEnd,
  failedPoolFinding,
  membersWithNewErrors,
  stickyLimit,
} from './pool-findings.ts';
import type { Vdev, ZpoolStatus } from './zpool-status.ts';

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

/** What only `zpool status` tells. */
function judgeStatus(status: ZpoolStatus | undefined, pool: PoolFindingsInput): Finding[] {
  // A mirror that has lost a device is DEGRADED, and works.
  const namesOf = (key: 'logs' | 'l2cache' | 'spares') =>
    status?.vdevs[key].filter(({ state }) => !/^(ONLINE|DEGRADED|AVAIL|INUSE)$/.test(state)).map(({ name }) => name) ??
    [];
  const [logs, caches, spares] = [namesOf('logs'), namesOf('l2cache'), namesOf('spares')];
  const isKnown = status === undefined ? undefined : false;
  const { dataErrors } = status ?? {};
  const risen = membersWithNewErrors(pool, 'errors');
  const erroneous = pool.members.filter((member) => (member.errors ?? 0) > 0 && !risen.includes(member));
  const isReplaced = status?.vdevs.spares.some(isInUse);
  return [
    ...findingIf('data_errors', dataErrors === undefined ? undefined : dataErrors > 0, () => ({
      severity: 'data_at_risk',
      text: `files are damaged, and no copy can repair them${describeLostMounts(pool, 'affected')}`,
      clearsAt: 'when a scrub finds none',
      remedy: `sudo zpool status -v ${pool.name} names them: restore them, then scrub`,
      explainedBy: ['failed', 'suspended'],
    })),
    ...findingIf('device_errors', status && pool.newCounts && risen.length > 0, () => ({
      severity: pool.redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
      text: `new errors on ${risen.map(describePoolMember).join(', ')}`,
      step: risen.map(({ id }) => id).join(),
      clearsAt: 'when you acknowledge it',
      remedy: 'look at the drive and its cable; errors on all drives alike come from the controller or memory',
      explainedBy: ['failed', 'suspended', 'degraded'],
      ...blamedDrivesOf(risen),
    })),
    ...findingIf('old_device_errors', status && erroneous.length > 0 && risen.length === 0, () => ({
      severity: 'notice',
      text: `errors since the pool was imported on ${erroneous.map(describePoolMember).join(', ')}`,
      step: erroneous.map(({ id }) => id).join(),
      clearsAt: 'after zpool clear',
      remedy: `zpool clear ${pool.name}, if the cause is known`,
      explainedBy: ['failed', 'suspended', 'degraded'],
    })),
    ...findingIf('log_failed', logs.length > 0 || isKnown, () => ({
      severity: 'degraded',
      text: `the log device ${logs.join(', ')} does not work: what was written last is lost if the power fails`,
      step: logs.join(),
      clearsAt: 'when it is replaced or removed',
      remedy: `zpool replace or zpool remove ${pool.name} ${logs[0]}`,
      explainedBy: ['failed', 'suspended'],
    })),
    ...findingIf('cache_failed', caches.length > 0 || isKnown, () => ({
      severity: 'notice',
      text: `the cache ${caches.join(', ')} does not work; nothing is lost with it`,
      step: caches.join(),
      clearsAt: 'when it is replaced or removed',
      remedy: `zpool remove ${pool.name} ${caches[0]}`,
    })),
    ...findingIf('failed_spare', spares.length > 0 || isKnown, () => ({
      severity: 'notice',
      text: `the spare ${spares.join(', ')} does not work`,
      step: spares.join(),
      clearsAt: 'when it is replaced or removed',
      remedy: `zpool remove ${pool.name} ${spares[0]}`,
    })),
    ...findingIf('spare_lost', status && !isReplaced && (pool.spares ?? 0) + spares.length < pool.sparesBefore, () => ({
      severity: 'notice',
      text: pool.spares === 0 ? 'no spare left' : `${pool.spares} of ${pool.sparesBefore} spares left`,
      step: pool.spares ?? 0,
      clearsAt: 'when a spare is added, or you acknowledge it',
      remedy: `zpool add ${pool.name} spare DEVICE`,
      explainedBy: ['degraded'],
    })),
    ...findingIf('scrub', status && (pool.lastCheckErrors ?? 0) > 0, () => ({
      severity: 'data_at_risk',
      text: `the last scrub found errors that it could not correct${describeLostMounts(pool, 'affected')}`,
      clearsAt: 'when a scrub finds none',
      remedy: `sudo zpool status -v ${pool.name} names the files: restore them, then scrub again`,
      explainedBy: ['failed', 'suspended', 'data_errors'],
    })),
    ...findingIf('scrub_overdue', status && isOverdue(pool.lastCheck), () => ({
      severity: 'notice',
      text: 'not scrubbed for more than 35 days',
      clearsAt: 'when a scrub is done',
      remedy: `zpool scrub ${pool.name}, once a month`,
    })),
  ];
}

function judgeSpace(pool: PoolFindingsInput): Finding[] {
  const { usedRatio, name, before } = pool;
  const earlier = before.get('nearly_full');
  const isNearlyFull =
    usedRatio === undefined ? undefined : usedRatio > stickyLimit(noticeRatio, earlier !== undefined);
  const isWorse = (usedRatio ?? 0) > stickyLimit(fullRatio, earlier?.severity === 'degraded');
  const severity = isWorse ? 'degraded' : 'notice';
  return findingIf('nearly_full', isNearlyFull, () => ({
    severity,
    text: `nearly full: ZFS becomes slow, and writing ends before 100 %${describeLostMounts(pool, 'affected')}`,
    step: severity,
    clearsAt: describeStickyEnd(noticeRatio),
    remedy: `delete snapshots or files of ${name}, or add drives`,
    explainedBy: ['failed', 'suspended'],
  }));
}

/** ZFS calls a pool ONLINE while it resilvers a device that was attached or has come back. */
function isResilveringMember(pool: PoolFindingsInput): boolean | undefined {
  const active = countActiveMembers(pool);
  if (active === undefined || pool.expectedMembers === undefined) return undefined;
  return active < pool.expectedMembers && pool.members.some(({ role }) => role === 'rebuilding');
}

function remedyOf(status: ZpoolStatus | undefined, { name, groups, members }: PoolFindingsInput): string {
  if (status === undefined) return 'zpool status says which drive; replace it: docs/storage.md';
  const isRebuilt = members.some(({ role }) => role === 'rebuilding');
  if (isRebuilt && !members.some(isBroken)) return 'wait until the resilver is done';
  const isReplaced = groups?.every(({ canLose }) => canLose > 0) && status.vdevs.spares.some(isInUse);
  return isReplaced
    ? `a spare has taken its place: replace the drive, or run zpool detach ${name} OLD`
    : `replace the drive with zpool replace ${name}: docs/storage.md`;
}

export function zfsFindings(
  state: string | undefined,
  status: ZpoolStatus | undefined,
  pool: PoolFindingsInput,
): Finding[] {
  const isKnown = state !== undefined && knownStates.has(state);
  const isDegraded =
    state === 'ONLINE' && status !== undefined ? isResilveringMember(pool) : isKnown ? state === 'DEGRADED' : undefined;
  return [
    ...findingIf('failed', isKnown ? failedStates.has(state) : undefined, () =>
      failedPoolFinding(pool, `ZFS says ${state}`),
    ),
    ...findingIf('suspended', isKnown ? state === 'SUSPENDED' : undefined, () => ({
      severity: 'data_at_risk',
      text: `suspended: too many drives do not answer, and what uses the pool hangs${describeLostMounts(pool, 'not usable')}`,
      clearsAt: 'when the pool goes on',
      remedy: 'bring the drives back, then run zpool clear; do not wait for commands that hang',
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('degraded', isDegraded, () => degradedPoolFinding(pool, remedyOf(status, pool))),
    ...findingIf('offline', isKnown ? state === 'OFFLINE' : undefined, () => ({
      severity: 'outage',
      text: `offline${describeLostMounts(pool, 'not usable')}`,
      clearsAt: 'when it is online',
      remedy: 'look at zpool status',
    })),
    ...judgeStatus(status, pool),
    ...judgeSpace(pool),
  ];
}
