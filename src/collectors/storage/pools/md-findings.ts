import { type Finding, findingIf } from '../../../model/problem.ts';
import type { MdArray } from './md-sysfs.ts';
import type { PoolFindingsInput } from './pool.ts';
import {
  blamedDrivesOf,
  degradedPoolFinding,
  describeLostMounts,
  describePoolMember,
  failedPoolFinding,
  inactiveAndGoneMembers,
  membersWithNewErrors,
  mismatchFindings,
} from './pool-findings.ts';
import { canGiveUpGoneMembers } from './pool-memory.ts';

const runningStates = new Set([
  'readonly',
  'read-auto',
  'clean',
  'active',
  'write-pending',
  'active-idle',
  'suspended',
]);
const stoppedStates = new Set(['inactive', 'clear']);

const remedy = 'replace the drive and add it with mdadm --add: docs/storage.md';

/** NAS makers create system arrays with more slots than the machine has bays; such an array has lacked members from the
 * beginning, and all that it has are fine. */
const isSparse = ({ degraded = 0, members }: MdArray, pool: PoolFindingsInput) =>
  degraded > members.length && inactiveAndGoneMembers(pool).length === 0;

/** Whether an array that runs has lost more than it can. */
function hasLostTooMuch({ level, slots = 0, degraded = 0 }: MdArray): boolean {
  if (level === 'raid1') return slots > 0 && degraded >= slots;
  if (level === 'raid4' || level === 'raid5') return degraded > 1;
  return level === 'raid6' && degraded > 2;
}

/** What is wrong with an array. A check, a resync, a rebuild is nothing wrong by itself. */
export function mdFindings(array: MdArray, pool: PoolFindingsInput): Finding[] {
  const { state, degraded, members, level } = array;
  const isKnown = state !== undefined && (runningStates.has(state) || stoppedStates.has(state) || state === 'broken');
  const isRunning = isKnown && runningStates.has(state);
  const missing = pool.members.filter(({ role }) => role === 'missing');
  const isStriped = level === 'raid0' || level === 'linear';
  const isFailed = state === 'broken' || hasLostTooMuch(array) || (isStriped && missing.length > 0);
  // The kernel counts a drive that is pulled only when it next wants something of it.
  const isDegraded = isRunning && !isFailed && ((degraded ?? 0) > 0 || missing.length > 0);
  const sparse = isDegraded && isSparse(array, pool);
  // A member that has failed gives nothing any more, whatever it has written down.
  const badBlocks = pool.members.filter(({ role }, index) => members[index]?.hasBadBlocks && role !== 'failed');
  const isJournal = (index: number) => members[index]?.states.includes('journal') === true;
  const failedSpares = pool.members.filter(({ role }, index) => role === 'failed' && !isJournal(index));
  const journals = pool.members.filter((_, index) => isJournal(index));
  const lacksJournal = array.hasJournal && isRunning && !journals.some(({ role }) => role === 'log');
  const risen = membersWithNewErrors(pool, 'errors');
  const spares = pool.spares ?? 0;
  return [
    ...findingIf('failed', isKnown ? isFailed : undefined, () =>
      failedPoolFinding(pool, `${level || 'array'} has lost too many members`),
    ),
    ...findingIf('not_started', isKnown ? stoppedStates.has(state) && members.length > 0 : undefined, () => ({
      severity: 'outage',
      text: `not started: only ${pool.members.map(describePoolMember).join(', ')} found${describeLostMounts(pool, 'missing')}`,
      clearsAt: 'when it is started',
      remedy: 'find the other members; mdadm --run starts it without them',
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('degraded', isKnown ? isDegraded && !sparse : undefined, () => {
      const finding = degradedPoolFinding(pool, remedy);
      return canGiveUpGoneMembers(pool)
        ? { ...finding, clearsAt: `${finding.clearsAt}, or you acknowledge it` }
        : finding;
    }),
    ...findingIf('empty_slots', isKnown ? sparse && (degraded ?? 0) > pool.knownEmptySlots : undefined, () => ({
      severity: 'notice',
      text: `${members.length} of ${array.slots} slots used, and no other member was ever seen`,
      clearsAt: 'when you acknowledge it',
      remedy: 'nothing if it was created that way, as on NAS devices; press “Acknowledge”',
    })),
    ...findingIf('failed_spare', isKnown ? !isDegraded && !isFailed && failedSpares.length > 0 : undefined, () => ({
      severity: 'degraded',
      text: `${failedSpares.map(describePoolMember).join(', ')} has failed; the array is complete without it`,
      clearsAt: 'when it is removed from the array',
      remedy,
      ...blamedDrivesOf(failedSpares),
    })),
    ...findingIf('journal_lost', isKnown ? lacksJournal : undefined, () => ({
      severity: 'outage',
      text: `its journal ${journals.length === 0 ? 'is gone' : `${journals.map(describePoolMember).join(', ')} has failed`}: nothing can be written${describeLostMounts(pool, 'affected')}`,
      clearsAt: 'when it has a journal again',
      remedy: 'add one with mdadm --add-journal',
      ...blamedDrivesOf([...journals, ...pool.gone.filter(({ role }) => role === 'log')]),
    })),
    ...findingIf('bad_blocks', badBlocks.length > 0, () => ({
      severity: 'data_at_risk',
      text: `${badBlocks.map(describePoolMember).join(', ')} has blocks that cannot be read; if another member fails, their data are lost`,
      step: badBlocks.length,
      clearsAt: 'when its list of bad blocks is empty',
      remedy,
      ...blamedDrivesOf(badBlocks),
    })),
    ...findingIf('member_errors', pool.newCounts && risen.length > 0, () => ({
      severity: 'notice',
      text: `new read errors, corrected from the other members, on ${risen.map(describePoolMember).join(', ')}`,
      clearsAt: 'when you acknowledge it',
      remedy: 'look at the drive’s own values',
    })),
    ...mismatchFindings(pool, array.mismatches, 'look for a failing drive or memory, then let the array repair itself'),
    ...findingIf('spare_lost', isKnown ? !isDegraded && isRunning && spares < pool.sparesBefore : undefined, () => ({
      severity: 'notice',
      text: spares === 0 ? 'no spare left' : `${spares} of ${pool.sparesBefore} spares left`,
      step: spares,
      clearsAt: 'when a spare is added, or you acknowledge it',
      remedy: 'add a spare with mdadm --add',
    })),
  ];
}
