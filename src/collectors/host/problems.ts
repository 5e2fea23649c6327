import { type Finding, findingIf, type LastingFinding, type LastingFindings } from '../../model/problem.ts';
import { defaultMemoryLimitPercent } from './memory-shortage-timer.ts';
import type { FilesystemReading, HostReading } from './reading.ts';

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

function fullFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
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
    text: isEmpty ? 'no space left' : `nearly full: ${limit} % used`,
    clearsAt: `below ${limit - hysteresisPercent} %${limitPercent === undefined && !isSmall ? ', or with 6 GiB free' : ''}`,
    remedy: 'delete files or enlarge the file system',
  }));
}

function fillingFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
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
    text: isWithinDay ? 'full within a day at this rate' : 'full within three days at this rate',
    step: isWithinDay ? 1 : 3,
    clearsAt: `below ${fillingFromPercent - hysteresisPercent} %, or when it fills more slowly`,
    remedy: 'find out what writes so much',
    explainedBy: ['full'],
  }));
}

function inodeFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
  const { inodesUsedRatio, limitPercent = defaultLimitPercent } = reading;
  // FAT and Btrfs have no fixed number of them.
  if (inodesUsedRatio === undefined) return [];
  const earlier = before.get('inodes');
  const areUsedUp = isUsedUp(1 - inodesUsedRatio, 1, earlier);
  const areFew = areUsedUp || isAtLimit(toPercent(inodesUsedRatio), limitPercent, earlier !== undefined);
  return findingIf('inodes', areFew, () => ({
    severity: areUsedUp ? 'outage' : 'degraded',
    text: areUsedUp ? 'no inodes left' : `nearly out of inodes: ${limitPercent} % used`,
    clearsAt: `below ${limitPercent - hysteresisPercent} %`,
    remedy: 'delete small files, such as old sessions, mails or caches',
    // XFS and ZFS make inodes of free space.
    explainedBy: ['full'],
  }));
}

/** What is wrong with a file system. One that is mounted read-only can't fill. */
export function filesystemFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
  const { readOnly, wasWritable = false } = reading;
  const becameReadOnly = findingIf('read_only', readOnly && (wasWritable || before.has('read_only')), () => ({
    severity: 'outage',
    text: 'became read-only',
    clearsAt: 'when it is writable again',
    remedy: 'look for errors of its disk in the kernel log (dmesg)',
  }));
  return readOnly
    ? becameReadOnly
    : [...fullFindings(reading, before), ...fillingFindings(reading, before), ...inodeFindings(reading, before)];
}

function listFailedUnits(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(', ');
  return `failed systemd unit${names.length === 1 ? '' : 's'}: ${shown}${names.length > maxNames ? ` and ${names.length - maxNames} more` : ''}`;
}

/** What is wrong with the machine as a whole. */
export function machineFindings(reading: HostReading, before: LastingFindings): Finding[] {
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
        text: `memory is used up: less than ${100 - memoryLimitPercent} % available, and swapping or waiting for it`,
        clearsAt: `at ${100 - memoryLimitPercent + hysteresisPercent} % available`,
        remedy: 'find out which process needs so much',
      }),
    ),
    ...findingIf('cpu_critical', isHot, () => ({
      severity: 'degraded',
      text: `CPU at its critical temperature of ${cpuCriticalTemperature} °C`,
      clearsAt: `below ${(cpuCriticalTemperature ?? 0) - hysteresisPercent} °C`,
      remedy: 'check fan, dust and heat sink',
    })),
    ...findingIf('throttled', reading.throttled, () => ({
      severity: 'degraded',
      text: 'the processor is slowed down',
      clearsAt: 'when it runs at full speed again',
      remedy: 'check the cooling and the power supply',
      explainedBy: ['under_voltage'],
    })),
    ...findingIf('under_voltage', reading.underVoltage, () => ({
      severity: 'degraded',
      text: 'the supply voltage is too low',
      clearsAt: 'when the voltage is sufficient',
      remedy: 'use a stronger power supply or a shorter cable',
    })),
    ...findingIf('failed_units', failedUnits === undefined ? undefined : failedUnits.length > 0, () => ({
      severity: 'degraded',
      text: listFailedUnits(failedUnits ?? []),
      step: failedUnits?.join(' ') ?? '',
      clearsAt: 'when no unit is failed',
      remedy: 'see why with systemctl status UNIT; forget it with systemctl reset-failed UNIT',
    })),
    ...findingIf('clock', reading.clockSynchronized === undefined ? undefined : !reading.clockSynchronized, () => ({
      severity: 'notice',
      text: 'the clock is not synchronized',
      clearsAt: 'when it is',
      remedy: 'see why with timedatectl',
    })),
    ...findingIf('reboot_required', reading.reboot?.required, () => ({
      severity: 'notice',
      text: 'a reboot is required',
      clearsAt: 'after a reboot',
      remedy: 'restart the machine when it suits you',
    })),
  ];
}
