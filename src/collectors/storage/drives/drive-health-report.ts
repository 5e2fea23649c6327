import type { SelfTestSummary } from '../tools/self-tests.ts';
import type { ErrorCounts } from './error-counts.ts';

/** Values that an ATA drive has in its device statistics (GP log 04h). */
export interface AtaDeviceStatistics {
  /** Percent; can exceed 100. */
  percentageUsed?: number | undefined;
  bytesWritten?: number | undefined;
  /** Degrees Celsius. */
  temperatureLimit?: number | undefined;
}

/** What a drive says of its health. Values that it does not report are undefined. */
export interface DriveHealthReport {
  /** False if the drive has no SMART at all; then the rest is undefined. */
  isSupported: boolean;
  /** False if SMART is switched off. */
  isEnabled: boolean;
  model?: string | undefined;
  serial?: string | undefined;
  firmware?: string | undefined;
  /** Bytes. */
  capacity?: number | undefined;
  isRotational?: boolean | undefined;
  /** The drive's own verdict. */
  passed?: boolean | undefined;
  /** Names of the attributes that the drive itself calls failing now. */
  failing: readonly string[];
  /** Degrees Celsius. */
  temperature?: number | undefined;
  temperatureLimit?: number | undefined;
  /** The drive calls its temperature too high. */
  isTooHot?: boolean | undefined;
  powerOnHours?: number | undefined;
  /** Percent of the endurance; can exceed 100. */
  percentageUsed?: number | undefined;
  bytesWritten?: number | undefined;
  counts: ErrorCounts;
  /** From the device statistics of an ATA drive, if it was asked for them; they win over other sources. */
  statistics?: AtaDeviceStatistics | undefined;
  selfTests?: SelfTestSummary | undefined;
}
