import { type Finding, findingIf, type LastingFinding, type LastingFindings } from '../../model/problem.ts';
import { defaultMemoryLimitPercent } from './memory-shortage-timer.ts';
import type { FilesystemReading, HostReading } from './reading.ts';
import { type HostTexts, hostTexts } from './texts.ts';

const gibibyte = 1024 ** 3;
const daySeconds = 24 * 3600;

/** A limit is left this many percent later than it was reached, so that a value beside it does not come and go. */
const hysteresisPercent = 2;

const defaultLimitPercent = 95;
/** Below this size the free space in GiB says nothing, and a higher share of it may be used. */
const smallFilesystemBytes = 4 * gibibyte;
const smallFilesystemLimitPercent = 98;
/** A file system with more space than this is not full, whatever its share. */
const plentyBytes = 5 * gibibyte;
/** One that was full has enough again from here on. */
const plentyAgainBytes = 6 * gibibyte;
/** One without any space left has some again from here on. */
const someSpaceShare = 0.01;

/** Share of the space that filling is told from, and how soon it must be full. */
const fillingFromPercent = 80;
const fillingWithinSeconds = 3 * daySeconds;

/** Seconds that memory must be short before it is told: a build may use it up for a minute. */
const memoryShortageSeconds = 300;

/** Names in a text before “and 12 more”. */
const maxNames = 5;

const toPercent = (ratio: number | undefined) => (ratio === undefined ? undefined : 100 * ratio);

/** Whether a value is at its limit; it stays there until it is `hysteresis` below. */
const isAtLimit = (value: number | undefined, limit: number, wasAtLimit: boolean, hysteresis = hysteresisPercent) =>
  value === undefined ? undefined : value >= (wasAtLimit ? limit - hysteresis : limit);

/** Whether nothing is left; once it was so, until there is a little again. */
const isUsedUp = (left: number, total: number, before: LastingFinding | undefined) =>
  left <= (before?.severity === 'outage' ? total * someSpaceShare : 0);

function fullFindings(reading: FilesystemReading, before: LastingFindings, texts: HostTexts): Finding[] {
  const { total = Number.POSITIVE_INFINITY, available, usedRatio, limitPercent } = reading;
  // Many file systems have no size.
  if (available === undefined) return [{ key: 'full', isUnknown: true }];
  const earlier = before.get('full');
  const isSmall = total < smallFilesystemBytes;
  const limit = limitPercent ?? (isSmall ? smallFilesystemLimitPercent : defaultLimitPercent);
  const hasPlenty =
    limitPercent === undefined && !isSmall && available >= (earlier === undefined ? plentyBytes : plentyAgainBytes);
  const isEmpty = isUsedUp(available, Number.isFinite(total) ? total : 0, earlier);
  const isFull = isEmpty || (!hasPlenty && isAtLimit(toPercent(usedRatio), limit, earlier !== undefined));
  return findingIf('full', isFull, () => ({
    severity: isEmpty ? 'outage' : 'degraded',
    text: isEmpty ? texts.noSpaceLeft : texts.nearlyFull(limit),
    clearsAt:
      limitPercent === undefined && !isSmall
        ? texts.belowOrWithPlenty(limit - hysteresisPercent)
        : texts.below(limit - hysteresisPercent),
    remedy: texts.deleteFiles,
  }));
}

function fillingFindings(reading: FilesystemReading, before: LastingFindings, texts: HostTexts): Finding[] {
  const { secondsToFull, usedRatio } = reading;
  const earlier = before.get('filling');
  const isMostlyUsed = isAtLimit(toPercent(usedRatio), fillingFromPercent, earlier !== undefined) ?? false;
  // After a start it takes hours until the rate is known.
  const isFilling =
    isMostlyUsed && secondsToFull === undefined
      ? undefined
      : isMostlyUsed &&
        (secondsToFull ?? Number.POSITIVE_INFINITY) <
          fillingWithinSeconds + (earlier === undefined ? 0 : daySeconds / 2);
  const isWithinDay = (secondsToFull ?? 0) < (earlier?.step === 1 ? 1.5 : 1) * daySeconds;
  return findingIf('filling', isFilling, () => ({
    severity: 'degraded',
    text: isWithinDay ? texts.fullWithinDay : texts.fullWithinThreeDays,
    step: isWithinDay ? 1 : 3,
    clearsAt: texts.belowOrSlower(fillingFromPercent - hysteresisPercent),
    remedy: texts.findWriter,
    explainedBy: ['full'],
  }));
}

function inodeFindings(reading: FilesystemReading, before: LastingFindings, texts: HostTexts): Finding[] {
  const { inodesUsedRatio, limitPercent = defaultLimitPercent } = reading;
  // FAT and Btrfs have no fixed number of them.
  if (inodesUsedRatio === undefined) return [];
  const earlier = before.get('inodes');
  const areUsedUp = isUsedUp(1 - inodesUsedRatio, 1, earlier);
  const areFew = areUsedUp || isAtLimit(toPercent(inodesUsedRatio), limitPercent, earlier !== undefined);
  return findingIf('inodes', areFew, () => ({
    severity: areUsedUp ? 'outage' : 'degraded',
    text: areUsedUp ? texts.noInodesLeft : texts.nearlyOutOfInodes(limitPercent),
    clearsAt: texts.below(limitPercent - hysteresisPercent),
    remedy: texts.deleteSmallFiles,
    // XFS and ZFS make inodes of free space.
    explainedBy: ['full'],
  }));
}

/** What is wrong with a file system. One that is mounted read-only can't fill. */
export function filesystemFindings(
  reading: FilesystemReading,
  before: LastingFindings,
  texts: HostTexts = hostTexts,
): Finding[] {
  const { readOnly, wasWritable = false } = reading;
  const becameReadOnly = findingIf('read_only', readOnly && (wasWritable || before.has('read_only')), () => ({
    severity: 'outage',
    text: texts.becameReadOnly,
    clearsAt: texts.clearsWhenWritable,
    remedy: texts.readKernelLog,
  }));
  return readOnly
    ? becameReadOnly
    : [fullFindings, fillingFindings, inodeFindings].flatMap((find) => find(reading, before, texts));
}

/** What is wrong with the machine as a whole. */
export function machineFindings(
  reading: HostReading,
  before: LastingFindings,
  texts: HostTexts = hostTexts,
): Finding[] {
  const {
    memoryShortSeconds,
    memoryLimitPercent = defaultMemoryLimitPercent,
    cpuTemperature,
    cpuCriticalTemperature,
    failedUnits,
  } = reading;
  const isHot =
    cpuTemperature === undefined || cpuCriticalTemperature === undefined || cpuCriticalTemperature <= 0
      ? undefined
      : isAtLimit(cpuTemperature, cpuCriticalTemperature, before.has('cpu_critical'));
  return [
    ...findingIf(
      'memory',
      memoryShortSeconds === undefined ? undefined : memoryShortSeconds >= memoryShortageSeconds,
      () => ({
        severity: 'degraded',
        text: texts.memoryUsedUp(100 - memoryLimitPercent),
        clearsAt: texts.clearsWithMemory(100 - memoryLimitPercent + hysteresisPercent),
        remedy: texts.findProcess,
      }),
    ),
    ...findingIf('cpu_critical', isHot, () => ({
      severity: 'degraded',
      text: texts.cpuCritical(cpuCriticalTemperature),
      clearsAt: texts.belowCelsius((cpuCriticalTemperature ?? 0) - hysteresisPercent),
      remedy: texts.checkFan,
    })),
    ...findingIf('throttled', reading.throttled, () => ({
      severity: 'degraded',
      text: texts.throttled,
      clearsAt: texts.clearsAtFullSpeed,
      remedy: texts.checkCoolingAndPower,
      explainedBy: ['under_voltage'],
    })),
    ...findingIf('under_voltage', reading.underVoltage, () => ({
      severity: 'degraded',
      text: texts.underVoltage,
      clearsAt: texts.clearsWithVoltage,
      remedy: texts.strongerSupply,
    })),
    ...findingIf('failed_units', failedUnits && failedUnits.length > 0, () => ({
      severity: 'degraded',
      text: texts.failedUnits(
        failedUnits?.length ?? 0,
        failedUnits?.slice(0, maxNames).join(', ') ?? '',
        (failedUnits?.length ?? 0) - maxNames,
      ),
      step: failedUnits?.join(' ') ?? '',
      clearsAt: texts.clearsWhenNoUnitFailed,
      remedy: texts.seeUnits,
    })),
    ...findingIf('clock', reading.clockSynchronized === undefined ? undefined : !reading.clockSynchronized, () => ({
      severity: 'notice',
      text: texts.clockNotSynchronized,
      clearsAt: texts.clearsWhenSynchronized,
      remedy: texts.seeTimedatectl,
    })),
    ...findingIf('reboot_required', reading.reboot?.required, () => ({
      severity: 'notice',
      text: texts.rebootRequired,
      clearsAt: texts.clearsAfterReboot,
      remedy: texts.restartMachine,
    })),
  ];
}
