import { type Finding, findingIf, isFaultSeverity, type LastingFindings } from '../../../model/problem.ts';
import { maxReallocatedPerWeek } from './drive-memory.ts';
import type { StorageDriveReading } from './drive-reading.ts';
import { type ErrorCountName, errorCountDescriptionOf, errorCountNames } from './error-counts.ts';
import { isOfflineKernelState } from './storage-drives.ts';
import { type StorageDriveTexts, storageDriveTexts } from './texts.ts';

/** The limit is left this much later than it was reached. */
const hysteresisCelsius = 2;
/** Percent of the endurance. It says when a drive is worn, not that it fails. */
const nearlyWornPercent = 90;
const wornPercent = 100;
/** Bad sectors make self-tests fail, and both make drives call themselves failing: one cause, one problem. */
const explainedByVerdict = { explainedBy: ['verdict', 'offline'] };
const explainedByBadSectors = { explainedBy: [...explainedByVerdict.explainedBy, 'pending_sectors'] };
/** The counts of sectors that the drive has replaced. */
const replacedSectorCounts: readonly ErrorCountName[] = ['reallocated_sectors', 'grown_defects'];

function errorFinding(reading: StorageDriveReading, name: ErrorCountName, texts: StorageDriveTexts): Finding[] {
  const { report, newErrors, isPendingCertain, reallocatedInWeek } = reading;
  const { severity, falls = false } = errorCountDescriptionOf(name);
  const count = report?.counts[name];
  const more = newErrors?.[name];
  const isCertain = name !== 'pending_sectors' || more === undefined || more === 0 ? true : isPendingCertain;
  const isGoing =
    replacedSectorCounts.includes(name) && count !== undefined && reallocatedInWeek > maxReallocatedPerWeek;
  const condition = more === undefined || isCertain === undefined ? undefined : (more > 0 && isCertain) || isGoing;
  return findingIf(name, condition, () => ({
    severity: isGoing ? 'data_at_risk' : severity,
    text: isGoing ? texts.replacedInWeek(name, reallocatedInWeek, count) : texts.errors(name, more, count, falls),
    step: `${more} ${isGoing}`,
    clearsAt: falls ? texts.clearsWhenNoneOrAcknowledged : texts.clearsWhenAcknowledged,
    remedy: isGoing ? texts.replaceDrive : texts.errorRemedies[name],
    ...(name === 'uncorrectable_sectors' ? explainedByBadSectors : name === 'crc_errors' ? {} : explainedByVerdict),
  }));
}

function temperatureFinding(
  { temperature, report, power }: StorageDriveReading,
  before: LastingFindings,
  texts: StorageDriveTexts,
): Finding[] {
  const limit = report?.temperatureLimit;
  const isOver = temperature === undefined || limit === undefined ? undefined : temperature >= limit;
  const isStillHot =
    before.has('temperature') &&
    temperature !== undefined &&
    limit !== undefined &&
    temperature >= limit - hysteresisCelsius;
  // A report without a temperature does not end what an earlier one began.
  const isUntold = report === undefined || before.has('temperature');
  const isAsleep = power === 'standby';
  const isHot = isAsleep
    ? false
    : report?.isTooHot || isStillHot || (isOver ?? report?.isTooHot ?? (isUntold ? undefined : false));
  // What an attribute calls too hot is by a limit of its own, which it does not tell.
  const reached = isOver || isStillHot ? limit : undefined;
  return findingIf('temperature', isHot, () => ({
    severity: 'degraded',
    text: texts.tooHot(reached),
    clearsAt: texts.belowCelsius(reached && reached - hysteresisCelsius),
    remedy: texts.checkAirflow,
  }));
}

/** What is wrong with a drive. Only what fails now, or rises, is; what a drive had before it was watched is history. */
export function storageDriveFindings(
  reading: StorageDriveReading,
  before: LastingFindings,
  texts: StorageDriveTexts = storageDriveTexts,
): Finding[] {
  const { report, kernelState, newErrors } = reading;
  const failing = report?.failing ?? [];
  /** What an earlier report told, and this one does not, is not over. */
  const isUntold = (key: string) => report === undefined || before.has(key);
  const areAttributesUntold = errorCountNames.some((name) => newErrors?.[name] === undefined);
  // A drive that says nothing of itself is not therefore well, nor is one that passes without the attributes that it
  // failed by.
  const isPassed = areAttributesUntold && before.has('verdict') ? undefined : report?.passed;
  const isFailing = failing.length > 0 || report?.passed === false || (isPassed === undefined ? undefined : false);
  const selfTests = report?.selfTests;
  const latest = selfTests?.latest;
  const isSelfTestUntold = latest === undefined && !selfTests?.neverRan && isUntold('self_test');
  const used = report?.percentageUsed;
  const isWorn = used === undefined ? (isUntold('wear') ? undefined : false) : used >= nearlyWornPercent;
  return [
    ...findingIf('offline', isOfflineKernelState(kernelState), () => ({
      severity: 'data_at_risk',
      text: texts.offline,
      clearsAt: texts.clearsWhenAnswering,
      remedy: texts.checkCableAndPower,
      explainsMounts: true,
    })),
    ...findingIf('verdict', isFailing, () => ({
      severity: 'data_at_risk',
      text: texts.failing(failing),
      step: failing.join(),
      clearsAt: texts.clearsWhenNoLongerFailing,
      remedy: texts.replaceDrive,
    })),
    ...findingIf('self_test', isSelfTestUntold ? undefined : latest?.passed === false, () => ({
      severity: 'data_at_risk',
      text: texts.failedSelfTest(latest?.failingBlock),
      step: latest?.failingBlock ?? '',
      clearsAt: texts.clearsWhenSelfTestPasses,
      remedy: texts.replaceDrive,
      ...explainedByBadSectors,
    })),
    ...errorCountNames.flatMap((name) => errorFinding(reading, name, texts)),
    ...temperatureFinding(reading, before, texts),
    ...findingIf('wear', isWorn, () => ({
      severity: 'notice',
      text: (used ?? 0) >= wornPercent ? texts.worn : texts.nearlyWorn(100 - nearlyWornPercent),
      step: String((used ?? 0) >= wornPercent),
      clearsAt: texts.clearsWhenReplaced,
      remedy: texts.planReplacement,
    })),
  ];
}

/** The same, each that puts data at risk with what hangs on the drive. */
export const storageDriveFindingsWithDependents = (
  reading: StorageDriveReading,
  before: LastingFindings,
  texts: StorageDriveTexts = storageDriveTexts,
): Finding[] =>
  storageDriveFindings(reading, before, texts).map((finding) =>
    'isUnknown' in finding || finding.severity !== 'data_at_risk' || reading.dependents === undefined
      ? finding
      : { ...finding, text: `${finding.text}; ${reading.dependents(texts)}` },
  );

/** Whether the drive has a problem, and which; undefined if it is unknown. */
export function storageDriveProblemAndReason(
  reading: StorageDriveReading,
  texts: StorageDriveTexts = storageDriveTexts,
): { problem?: boolean; reason?: string } {
  const findings = storageDriveFindings(reading, new Map(), texts);
  const faults = findings.filter((finding) => !('isUnknown' in finding) && isFaultSeverity(finding.severity));
  if (faults.length > 0)
    return { problem: true, reason: faults.map((fault) => ('text' in fault ? fault.text : '')).join('; ') };
  return findings.some((finding) => 'isUnknown' in finding) ? {} : { problem: false, reason: texts.noReason };
}
