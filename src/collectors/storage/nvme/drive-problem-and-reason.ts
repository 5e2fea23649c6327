import type { SelfTestSummary } from '../tools/self-tests.ts';
import type { DriveReading, HealthLog } from './reading.ts';
import { type NvmeTexts, nvmeTexts } from './texts.ts';

/** The bits of the critical-warning register (Base Specification, SMART / Health Information log, byte 0). */
export const criticalWarningBits = {
  spare_low: 0,
  temperature_alarm: 1,
  reliability_degraded: 2,
  read_only: 3,
  backup_failed: 4,
  memory_region_unreliable: 5,
} as const;

export const isCriticalWarningBitSet = ({ criticalWarning }: HealthLog, bit: number): boolean | undefined =>
  criticalWarning === undefined ? undefined : (criticalWarning & (1 << bit)) !== 0;

/** Texts for the drive's critical warnings, except temperature, which is temporary and has its own metric. */
function warningTexts(log: HealthLog, texts: NvmeTexts): string[] {
  const warnings: [bit: number, text: string][] = [
    [criticalWarningBits.spare_low, texts.spareLow(log.availableSpare, log.spareThreshold)],
    [criticalWarningBits.reliability_degraded, texts.reliabilityDegraded],
    [criticalWarningBits.read_only, texts.readOnly],
    [criticalWarningBits.backup_failed, texts.backupFailed],
    [criticalWarningBits.memory_region_unreliable, texts.memoryRegionUnreliable],
  ];
  return warnings.filter(([bit]) => isCriticalWarningBitSet(log, bit)).map(([, text]) => text);
}

/** Whether the drive has a problem, and which. `acknowledged`: the number of media errors that the user has accepted;
 * undefined if unknown. Without a health log, only a dead controller is a certain problem. */
export function driveProblemAndReason(
  state: string | undefined,
  log: HealthLog | undefined,
  acknowledged: bigint | undefined,
  selfTests?: SelfTestSummary,
): Pick<DriveReading, 'problem' | 'reason'> {
  if (state === 'dead') return { problem: true, reason: (texts = nvmeTexts) => texts.controllerDead };
  if (log === undefined) return {};
  const errors = log.mediaErrors ?? 0n;
  const newErrors = acknowledged === undefined ? 0n : errors - acknowledged;
  const reasons = (texts: NvmeTexts = nvmeTexts) => [
    ...warningTexts(log, texts),
    ...(selfTests?.latest?.passed === false ? [texts.failedSelfTest(selfTests.latest.failingBlock)] : []),
    ...(newErrors > 0n ? [texts.newMediaErrors(newErrors, errors)] : []),
  ];
  if (reasons().length > 0) return { problem: true, reason: (texts?: NvmeTexts) => reasons(texts).join('; ') };
  const isUnknown = log.criticalWarning === undefined || (acknowledged === undefined && errors > 0n);
  return isUnknown ? {} : { problem: false, reason: (texts = nvmeTexts) => texts.noReason };
}
