import { NoAnswerError } from '../../../lib/with-timeout.ts';

export interface HwmonSensor {
  /** Stable across reboots, although the kernel may renumber the chips. */
  id: string;
  chip: string;
  label: string;
  value?: number | undefined;
  /** Set if the sensor did not answer. */
  error?: NoAnswerError;
  /** File of the value at which the hardware protects itself, if the chip has it. */
  criticalFile?: string | undefined;
  /** Not read, because its device is powered down. */
  isAsleep: boolean;
}

export const hasValueOrError = ({ value, error }: Pick<HwmonSensor, 'value' | 'error'>) =>
  value !== undefined || error !== undefined;

/** The value, or the error if the sensor does not answer. */
export async function sensorValueOrError(
  pending: Promise<number | undefined>,
): Promise<Pick<HwmonSensor, 'value' | 'error'>> {
  try {
    return { value: await pending };
  } catch (error) {
    if (error instanceof NoAnswerError) return { error };
    throw error;
  }
}

/** Thousandths that stand for no temperature: registers that nobody filled in, all ones as a signed byte, and −1. */
const noTemperature = new Set([0, -1, -1000]);
/** Sensors that may lie outdoors or in a freezer. */
const outdoorChip = /^w1_/;

/** Undefined for unconnected inputs, which report a value at the end of their range. */
export const plausibleSensorCelsius = (millidegrees: number, chip: string) =>
  millidegrees > -40_000 && millidegrees < 125_000 && (!noTemperature.has(millidegrees) || outdoorChip.test(chip))
    ? millidegrees / 1000
    : undefined;

/** The fastest fans of servers turn 30,000 times a minute. A greater number is an interval of a few ticks, or all
 * ones. */
const fanSpeedRange = 30_000;
export const plausibleRpm = (rpm: number) => (rpm >= 0 && rpm <= fanSpeedRange ? rpm : undefined);
