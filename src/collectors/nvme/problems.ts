import { type Finding, findingIf } from '../../model/problem.ts';
import type { DriveReading } from './reading.ts';

/** What is wrong with a drive. */
export const driveProblems = ({ problem, reason, state, temperatureAlarm, limits }: DriveReading): Finding[] => [
  ...findingIf('problem', problem, () => ({
    severity: 'data_at_risk',
    text: reason ?? 'the drive reports a problem',
    step: reason ?? '',
    clearsAt: 'when the drive reports none; media errors when you acknowledge them',
    remedy:
      state === 'dead' ? 'restart the machine; if it comes back, replace the drive' : 'back up and replace the drive',
  })),
  ...findingIf('temperature', temperatureAlarm, () => ({
    severity: 'degraded',
    text: `too hot${limits.warning === undefined ? '' : `: at its limit of ${limits.warning} °C`}`,
    clearsAt: 'below its limit',
    remedy: 'check the airflow',
  })),
];
