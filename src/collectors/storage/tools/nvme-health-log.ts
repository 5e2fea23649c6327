import type { HealthLog } from '../nvme/reading.ts';

/** The drive does not support the command: nothing is broken, and no right is missing. */
export class DriveCommandUnsupportedError extends Error {}

/** The answer came from a bus without a drive, and the next one may be right again. */
export class DriveDroppedOffBusError extends Error {}

/** Counters of which 0 means that the drive does not report them (Base Specification, Data Units Read and Written). */
const reported = (units: bigint | undefined) => units || undefined;

/** The largest numbers of 64 and 128 bits, rounded as tools print them: a bus without a drive reads as all ones. */
const maxCounts: readonly number[] = [2 ** 64, 2 ** 128];
const maxUint32 = 2 ** 32 - 1;
/** All eight bits of the critical warning, of which two are reserved. */
const allWarnings = 0xff;

type LogValue = HealthLog[keyof HealthLog];
const isAtMaximum = (value: LogValue) =>
  typeof value === 'bigint'
    ? maxCounts.includes(Number(value))
    : typeof value === 'object' && 'count' in value
      ? value.count === maxUint32 || value.seconds === maxUint32
      : value === maxUint32;

/** Counters at their maximum count as unknown. Rejects a log of nothing but zeros, as some virtual drives have it, or
 * ones, as of a drive that has dropped off the bus. */
export function cleanHealthLogOrThrow(answered: HealthLog): HealthLog {
  const log: HealthLog = {
    ...answered,
    ...Object.fromEntries(
      Object.entries(answered).flatMap(([key, value]) => (isAtMaximum(value) ? [[key, undefined]] : [])),
    ),
  };
  const { temperature, criticalWarning, percentageUsed, dataUnitsRead, dataUnitsWritten } = log;
  const isAllOnes = criticalWarning === allWarnings;
  const values = [
    ...(isAllOnes && percentageUsed === 255 ? [] : [percentageUsed]),
    ...(isAllOnes ? [] : [criticalWarning]),
    log.availableSpare,
    log.spareThreshold,
    dataUnitsRead,
    dataUnitsWritten,
    log.powerOnHours,
    log.powerCycles,
    log.hostReads,
    log.hostWrites,
  ];
  if (temperature === undefined && values.every((value) => value === undefined) && !isAllOnes)
    throw new Error('the health log has no value that can be understood');
  if (temperature === undefined && values.every((value) => !value))
    throw isAllOnes
      ? new DriveDroppedOffBusError('the drive’s health log is all ones: it may have dropped off the bus')
      : new DriveCommandUnsupportedError('the drive’s health log is all zeros');
  return { ...log, dataUnitsRead: reported(dataUnitsRead), dataUnitsWritten: reported(dataUnitsWritten) };
}
