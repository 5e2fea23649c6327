import type { HealthLog } from '../reading.ts';

/** The drive does not support the command: nothing is broken, and no right is missing. */
export class DriveRefusedError extends Error {}

/** 0 means that the drive does not report the counter (Base Specification, Data Units Read and Written). */
const undefinedIfZero = (units: bigint | undefined) => units || undefined;

/** Throws a DriveRefusedError for a log of zeros, which some virtual drives return. */
export function validateHealthLog(log: HealthLog): HealthLog {
  const {
    temperature,
    availableSpare,
    spareThreshold,
    percentageUsed,
    dataUnitsRead,
    dataUnitsWritten,
    powerOnHours,
    powerCycles,
    hostReads,
    hostWrites,
    criticalWarning,
  } = log;
  const values = [
    criticalWarning,
    availableSpare,
    spareThreshold,
    percentageUsed,
    dataUnitsRead,
    dataUnitsWritten,
    powerOnHours,
    powerCycles,
    hostReads,
    hostWrites,
  ];
  if (temperature === undefined && values.every((value) => !value))
    throw new DriveRefusedError('the drive’s health log is all zeros');
  return { ...log, dataUnitsRead: undefinedIfZero(dataUnitsRead), dataUnitsWritten: undefinedIfZero(dataUnitsWritten) };
}
