import { type Finding, findingIf } from '../../../model/problem.ts';
import type { MdArray } from './md-sysfs.ts';
import type { PoolFindingsInput } from './pool.ts';
import {
  blamedDrivesOf,
  degradedPoolFinding,
  failedPoolFinding,
  inactiveAndGoneMembers,
  membersWithNewErrors,
  mismatchFindings,
} from './pool-findings.ts';
import { canGiveUpGoneMembers } from './pool-memory.ts';
import { formatMemberList, type PoolTexts } from './texts.ts';

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
export function mdFindings(array: MdArray, pool: PoolFindingsInput, texts: PoolTexts): Finding[] {
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
  // md calls a member failed when its replacement is done, so that it is not used again.
  const isReplaced = (index: number) => members[index]?.states.includes('want_replacement') === true;
  const failedSpares = pool.members.filter(
    ({ role }, index) => role === 'failed' && !isJournal(index) && !isReplaced(index),
  );
  const journals = pool.members.filter((_, index) => isJournal(index));
  const lacksJournal = array.hasJournal && isRunning && !journals.some(({ role }) => role === 'log');
  const risen = membersWithNewErrors(pool, 'errors');
  const spares = pool.spares ?? 0;
  return [
    ...findingIf('failed', isKnown ? isFailed : undefined, () =>
      failedPoolFinding(pool, texts.lostTooManyMembers(level), texts),
    ),
    ...findingIf('not_started', isKnown ? stoppedStates.has(state) && members.length > 0 : undefined, () => ({
      severity: 'outage',
      text: texts.notStarted(formatMemberList(pool.members, texts), texts.mountsAre(pool.mounts, 'missing')),
      clearsAt: texts.clearsWhenStarted,
      remedy: texts.runWithoutMembers,
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('degraded', isKnown ? isDegraded && !sparse : undefined, () => {
      const finding = degradedPoolFinding(pool, texts.replaceWithMdadm, texts);
      return canGiveUpGoneMembers(pool)
        ? { ...finding, clearsAt: texts.orAcknowledged(texts.clearsWhenRebuilt) }
        : finding;
    }),
    ...findingIf('empty_slots', isKnown ? sparse && (degraded ?? 0) > pool.knownEmptySlots : undefined, () => ({
      severity: 'notice',
      text: texts.emptySlots(members.length, array.slots),
      clearsAt: texts.clearsWhenPoolAcknowledged,
      remedy: texts.leaveEmptySlots,
    })),
    ...findingIf('failed_spare', isKnown ? !isDegraded && !isFailed && failedSpares.length > 0 : undefined, () => ({
      severity: 'degraded',
      text: texts.failedSpare(formatMemberList(failedSpares, texts)),
      clearsAt: texts.clearsWhenSpareRemoved,
      remedy: texts.replaceWithMdadm,
      ...blamedDrivesOf(failedSpares),
    })),
    ...findingIf('journal_lost', isKnown ? lacksJournal : undefined, () => ({
      severity: 'outage',
      text: texts.journalLost(formatMemberList(journals, texts), texts.mountsAre(pool.mounts, 'affected')),
      clearsAt: texts.clearsWithJournal,
      remedy: texts.addJournal,
      explainsMounts: true,
      ...blamedDrivesOf([...journals, ...pool.gone.filter(({ role }) => role === 'log')]),
    })),
    ...findingIf('bad_blocks', badBlocks.length > 0, () => ({
      severity: 'data_at_risk',
      text: texts.badBlocks(formatMemberList(badBlocks, texts)),
      step: badBlocks.length,
      clearsAt: texts.clearsWithoutBadBlocks,
      remedy: texts.replaceWithMdadm,
      ...blamedDrivesOf(badBlocks),
    })),
    ...findingIf('member_errors', pool.newCounts && risen.length > 0, () => ({
      severity: 'notice',
      text: texts.correctedReadErrors(formatMemberList(risen, texts)),
      clearsAt: texts.clearsWhenPoolAcknowledged,
      remedy: texts.seeDriveValues,
    })),
    ...mismatchFindings(pool, array.mismatches, texts.repairArray, texts),
    ...findingIf('spare_lost', isKnown ? !isDegraded && isRunning && spares < pool.sparesBefore : undefined, () => ({
      severity: 'notice',
      text: spares === 0 ? texts.noSpareLeft : texts.sparesLeft(spares, pool.sparesBefore),
      step: spares,
      clearsAt: texts.clearsWithSpare,
      remedy: texts.addSpareWithMdadm,
    })),
  ];
}
