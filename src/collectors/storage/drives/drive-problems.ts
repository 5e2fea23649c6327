import { type Finding, findingIf, isFaultSeverity, type LastingFindings } from '../../../model/problem.ts';
import { describeFailedSelfTest } from '../tools/self-tests.ts';
import { maxReallocatedPerWeek } from './drive-memory.ts';
import type { StorageDriveReading } from './drive-reading.ts';
import { type ErrorCountName, errorCountDescriptionOf, errorCountNames } from './error-counts.ts';
import { isOfflineKernelState } from './storage-drives.ts';

/** The limit is left this much later than it was reached. */
const hysteresisCelsius = 2;
/** Percent of the endurance. It says when a drive is worn, not that it fails. */
const nearlyWornPercent = 90;
const wornPercent = 100;
/** Bad sectors make self-tests fail, and both make drives call themselves failing: one cause, one problem. */
const explainedByVerdict = { explainedBy: ['verdict', 'offline'] };
const explainedByBadSectors = { explainedBy: [...explainedByVerdict.explainedBy, 'pending_sectors'] };
const replaceDrive = 'back up and replace the drive';
/** The counts of sectors that the drive has replaced. */
const replacedSectorsNoun: Partial<Record<ErrorCountName, string>> = {
  reallocated_sectors: 'sectors reallocated',
  grown_defects: 'grown defects',
};

function errorFinding(reading: StorageDriveReading, name: ErrorCountName): Finding[] {
  const { report, newErrors, isPendingCertain, reallocatedInWeek } = reading;
  const { severity, noun, remedy, falls } = errorCountDescriptionOf(name);
  const count = report?.counts[name];
  const more = newErrors?.[name];
  const isCertain = name !== 'pending_sectors' || more === undefined || more === 0 ? true : isPendingCertain;
  const replaced = replacedSectorsNoun[name];
  const isGoing = replaced !== undefined && count !== undefined && reallocatedInWeek > maxReallocatedPerWeek;
  const condition = more === undefined || isCertain === undefined ? undefined : (more > 0 && isCertain) || isGoing;
  return findingIf(name, condition, () => ({
    severity: isGoing ? 'data_at_risk' : severity,
    text: isGoing
      ? `${reallocatedInWeek} ${replaced} within a week (${count} in all)`
      : `${more} ${falls ? '' : 'new '}${noun[more === 1 ? 0 : 1]}${more === count ? '' : ` (${count} in all)`}`,
    step: `${more} ${isGoing}`,
    clearsAt: falls ? 'when the drive counts none, or you acknowledge them' : 'when you acknowledge them',
    remedy: isGoing ? replaceDrive : remedy,
    ...(name === 'uncorrectable_sectors' ? explainedByBadSectors : name === 'crc_errors' ? {} : explainedByVerdict),
  }));
}

function temperatureFinding({ temperature, report, power }: StorageDriveReading, before: LastingFindings): Finding[] {
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
  return findingIf('temperature', isHot, () => ({
    severity: 'degraded',
    text: `too hot${limit === undefined ? '' : `: at its limit of ${limit} °C`}`,
    clearsAt: limit === undefined ? 'below its limit' : `below ${limit - hysteresisCelsius} °C`,
    remedy: 'check the airflow',
  }));
}

/** What is wrong with a drive. Only what fails now, or rises, is; what a drive had before it was watched is history. */
export function storageDriveFindings(reading: StorageDriveReading, before: LastingFindings): Finding[] {
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
      text: 'the kernel has given up on the drive: it no longer answers',
      clearsAt: 'when it answers again',
      remedy: 'check its cable and power; if it does not come back, replace the drive',
    })),
    ...findingIf('verdict', isFailing, () => ({
      severity: 'data_at_risk',
      text: `the drive itself says that it is failing${failing.length === 0 ? '' : ` (${failing.join(', ')})`}`,
      step: failing.join(),
      clearsAt: 'when the drive no longer says so',
      remedy: replaceDrive,
    })),
    ...findingIf('self_test', isSelfTestUntold ? undefined : latest?.passed === false, () => ({
      severity: 'data_at_risk',
      text: describeFailedSelfTest(latest ?? { passed: false }),
      step: latest?.failingBlock ?? '',
      clearsAt: 'when a later self-test passes',
      remedy: replaceDrive,
      ...explainedByBadSectors,
    })),
    ...errorCountNames.flatMap((name) => errorFinding(reading, name)),
    ...temperatureFinding(reading, before),
    ...findingIf('wear', isWorn, () => ({
      severity: 'notice',
      text:
        (used ?? 0) >= wornPercent
          ? 'the endurance that its maker promised is used up'
          : `less than ${100 - nearlyWornPercent} % is left of the endurance that its maker promised`,
      step: String((used ?? 0) >= wornPercent),
      clearsAt: 'when it is replaced',
      remedy: 'plan its replacement; make sure that there is a backup',
    })),
  ];
}

/** The same, each that puts data at risk with what hangs on the drive. */
export const storageDriveFindingsWithDependents = (reading: StorageDriveReading, before: LastingFindings): Finding[] =>
  storageDriveFindings(reading, before).map((finding) =>
    'isUnknown' in finding || finding.severity !== 'data_at_risk' || reading.dependents === undefined
      ? finding
      : { ...finding, text: `${finding.text}; ${reading.dependents}` },
  );

/** Whether the drive has a problem, and which; undefined if it is unknown. */
export function storageDriveProblemAndReason(reading: StorageDriveReading): { problem?: boolean; reason?: string } {
  const findings = storageDriveFindings(reading, new Map());
  const faults = findings.filter((finding) => !('isUnknown' in finding) && isFaultSeverity(finding.severity));
  if (faults.length > 0)
    return { problem: true, reason: faults.map((fault) => ('text' in fault ? fault.text : '')).join('; ') };
  return findings.some((finding) => 'isUnknown' in finding) ? {} : { problem: false, reason: 'none' };
}
