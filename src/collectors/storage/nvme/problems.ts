import { type Finding, findingIf, type LastingFindings } from '../../../model/problem.ts';
import type { DriveReading } from './reading.ts';
import { type NvmeTexts, nvmeTexts } from './texts.ts';

/** The limit is left this much later than it was reached. */
const hysteresisCelsius = 2;

/** Whether a drive that was too hot is not yet well below its limit; undefined if there is no telling. */
const isStillHot = (temperature: number | undefined, limit: number | undefined, before: LastingFindings) =>
  temperature === undefined
    ? undefined
    : limit !== undefined && before.has('temperature') && temperature >= limit - hysteresisCelsius;

/** What is wrong with a drive. The step is the same in every language. */
export const driveFindings = (
  { problem, reason, state, temperature, temperatureAlarm, limits, dependents }: DriveReading,
  before: LastingFindings,
  texts: NvmeTexts = nvmeTexts,
): Finding[] => [
  ...findingIf('problem', problem, () => ({
    severity: 'data_at_risk',
    text: [reason?.(texts) ?? texts.reportsProblem, ...(dependents === undefined ? [] : [dependents(texts)])].join(
      '; ',
    ),
    step: reason?.() ?? '',
    clearsAt: texts.clearsWhenDriveReportsNone,
    remedy: state === 'dead' ? texts.restartThenReplace : texts.replaceDrive,
    ...(state === 'dead' ? { explainsMounts: true as const } : {}),
  })),
  ...findingIf('temperature', temperatureAlarm || isStillHot(temperature, limits.warning, before), () => ({
    severity: 'degraded',
    text: texts.tooHot(limits.warning),
    clearsAt: texts.belowCelsius(limits.warning && limits.warning - hysteresisCelsius),
    remedy: texts.checkAirflow,
  })),
];
