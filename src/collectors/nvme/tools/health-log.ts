import type { HealthLog } from '../reading.ts';

/** The drive itself answered that it does not do this: nothing is broken and no right is missing. */
export class DriveRefusedError extends Error {}

/** Counters of which 0 means that the drive does not report them (Base Specification, Data Units Read and Written). */
const reported = (units: bigint | undefined) => units || undefined;

/** Some virtual drives answer with nothing but zeros, which is no health. */
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
  const said = [
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
  if (temperature === undefined && said.every((value) => !value))
    throw new DriveRefusedError('the drive’s health log is all zeros');
  return { ...log, dataUnitsRead: reported(dataUnitsRead), dataUnitsWritten: reported(dataUnitsWritten) };
}
