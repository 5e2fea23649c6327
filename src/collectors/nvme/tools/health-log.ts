import type { HealthLog } from '../reading.ts';
import { Refusal } from './refusal.ts';

/** Counters of which 0 means that the drive does not report them (Base Specification, Data Units Read and Written). */
const reported = (units: bigint | undefined) => units || undefined;

/** Some virtual drives answer with nothing but zeros, which is no health. */
export function judged(log: HealthLog): HealthLog {
  const { temperature, availableSpare, spareThreshold, percentageUsed, dataUnitsRead, dataUnitsWritten, powerOnHours, powerCycles, hostReads, hostWrites, criticalWarning } = log;
  const said = [criticalWarning, availableSpare, spareThreshold, percentageUsed, dataUnitsRead, dataUnitsWritten, powerOnHours, powerCycles, hostReads, hostWrites];
  if (temperature === undefined && said.every((value) => !value)) throw new Refusal('the drive’s health log is all zeros');
  return { ...log, dataUnitsRead: reported(dataUnitsRead), dataUnitsWritten: reported(dataUnitsWritten) };
}
