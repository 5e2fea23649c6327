import { type Finding, findingIf, type LastingFindings } from '../../../model/problem.ts';
import type { DriveReading } from './reading.ts';

/** The limit is left this much later than it was reached. */
const hysteresisCelsius = 2;

/** Whether a drive that was too hot is not yet well below its limit; undefined if there is no telling. */
const isStillHot = (temperature: number | undefined, limit: number | undefined, before: LastingFindings) =>
  temperature === undefined
    ? undefined
    : limit !== undefined && before.has('temperature') && temperature >= limit - hysteresisCelsius;

/** What is wrong with a drive. */
export const driveFindings = (
  { problem, reason, state, temperature, temperatureAlarm, limits, dependents }: DriveReading,
  before: LastingFindings,
): Finding[] => [
  ...findingIf('problem', problem, () => ({
    severity: 'data_at_risk',
    text: [reason ?? 'the drive reports a problem', ...(dependents === undefined ? [] : [dependents])].join('; '),
    step: reason ?? '',
    clearsAt: 'when the drive reports none; media errors when you acknowledge them',
    remedy:
      state === 'dead' ? 'restart the machine; if it comes back, replace the drive' : 'back up and replace the drive',
  })),
  ...findingIf('temperature', temperatureAlarm || isStillHot(temperature, limits.warning, before), () => ({
    severity: 'degraded',
    text: `too hot${limits.warning === undefined ? '' : `: at its limit of ${limits.warning} °C`}`,
    clearsAt: limits.warning === undefined ? 'below its limit' : `below ${limits.warning - hysteresisCelsius} °C`,
    remedy: 'check the airflow',
  })),
];
