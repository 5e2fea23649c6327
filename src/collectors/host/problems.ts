import { type Finding, findingIf, type LastingFindings } from '../../model/problem.ts';
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

/** Share of the space that filling is told from, and how soon it must be full. */
const fillingFromPercent = 80;
const fillingWithinSeconds = 3 * daySeconds;

/** Seconds that memory must be short before it is told: a build may use it up for a minute. */
const memoryShortageSeconds = 300;

const percentOf = (part: number, whole: number) => (whole > 0 ? (100 * part) / whole : undefined);

const usedPercentOf = ({ total, free, available }: FilesystemReading) =>
  percentOf(total - free, total - free + available);

/** Whether a value is at its limit; it stays there until it is `hysteresis` below. */
const isAtLimit = (value: number | undefined, limit: number, wasAtLimit: boolean, hysteresis = hysteresisPercent) =>
  value === undefined ? undefined : value >= (wasAtLimit ? limit - hysteresis : limit);

function fullFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
  const { total, available, limitPercent = defaultLimitPercent } = reading;
  const used = usedPercentOf(reading);
  const isSmall = total < smallFilesystemBytes;
  const limit = isSmall ? Math.max(limitPercent, smallFilesystemLimitPercent) : limitPercent;
  const isNearlyFull = isAtLimit(used, limit, before.has('full'));
  const isFull = available <= 0 || (isNearlyFull && (isSmall || available < plentyBytes));
  return findingIf('full', isFull, () => ({
    severity: available <= 0 ? 'outage' : 'degraded',
    text: available <= 0 ? 'no space left' : `nearly full: ${limit} % used`,
    clearsAt: `below ${limit - hysteresisPercent} %`,
    remedy: 'delete files or enlarge the file system',
  }));
}

function fillingFindings(reading: FilesystemReading, before: LastingFindings): Finding[] {
  const { secondsToFull } = reading;
  const used = usedPercentOf(reading);
  const wasFilling = before.has('filling');
  const isSoon =
    secondsToFull !== undefined && secondsToFull < fillingWithinSeconds + (wasFilling ? daySeconds / 2 : 0);
  const days = secondsToFull !== undefined && secondsToFull < daySeconds ? 1 : 3;
  return findingIf('filling', isSoon && isAtLimit(used, fillingFromPercent, wasFilling), () => ({
    severity: 'degraded',
    text: days === 1 ? 'full within a day at this rate' : 'full within three days at this rate',
    step: days,
    clearsAt: `below ${fillingFromPercent - hysteresisPercent} %, or when it fills more slowly`,
    remedy: 'find out what writes so much',
    explainedBy: ['full'],
  }));
}

/** What is wrong with a file system. One that is mounted read-only can't fill. */
export function filesystemProblems(reading: FilesystemReading, before: LastingFindings): Finding[] {
  const { inodes, inodesFree, readOnly, wasWritable = false, limitPercent = defaultLimitPercent } = reading;
  const becameReadOnly = findingIf('read_only', readOnly && (wasWritable || before.has('read_only')), () => ({
    severity: 'outage',
    text: 'became read-only',
    clearsAt: 'when it is writable again',
    remedy: 'look for errors of its disk in the kernel log (dmesg)',
  }));
  if (readOnly) return becameReadOnly;
  const usedInodes = percentOf(inodes - inodesFree, inodes);
  return [
    ...becameReadOnly,
    ...fullFindings(reading, before),
    ...fillingFindings(reading, before),
    ...findingIf('inodes', isAtLimit(usedInodes, limitPercent, before.has('inodes')) ?? false, () => ({
      severity: inodesFree <= 0 ? 'outage' : 'degraded',
      text: inodesFree <= 0 ? 'no inodes left' : `nearly out of inodes: ${limitPercent} % used`,
      clearsAt: `below ${limitPercent - hysteresisPercent} %`,
      remedy: 'delete small files, such as old sessions, mails or caches',
    })),
  ];
}

/** What is wrong with the machine as a whole. */
export function machineProblems(reading: HostReading, before: LastingFindings): Finding[] {
  const { memoryShortSeconds, cpuTemperature, cpuCriticalTemperature, failedUnits } = reading;
  const isHot =
    cpuTemperature === undefined || cpuCriticalTemperature === undefined
      ? undefined
      : isAtLimit(cpuTemperature, cpuCriticalTemperature, before.has('cpu_critical'));
  return [
    ...findingIf(
      'memory',
      memoryShortSeconds === undefined ? undefined : memoryShortSeconds >= memoryShortageSeconds,
      () => ({
        severity: 'degraded',
        text: 'memory is used up: less than 5 % available, and swapping or waiting for it',
        clearsAt: 'at 7 % available',
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
      text: `failed systemd unit${failedUnits?.length === 1 ? '' : 's'}: ${failedUnits?.join(', ')}`,
      step: failedUnits?.join(' ') ?? '',
      clearsAt: 'when no unit is failed',
      remedy: 'systemctl status UNIT says why; systemctl reset-failed UNIT forgets it',
    })),
    ...findingIf('clock', reading.clockSynchronized === undefined ? undefined : !reading.clockSynchronized, () => ({
      severity: 'notice',
      text: 'the clock is not synchronized',
      clearsAt: 'when it is',
      remedy: 'timedatectl says why',
    })),
    ...findingIf('reboot_required', reading.reboot?.required, () => ({
      severity: 'notice',
      text: 'a reboot is required',
      clearsAt: 'after a reboot',
    })),
  ];
}
