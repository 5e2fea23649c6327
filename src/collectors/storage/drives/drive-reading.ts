import type { AnyTranslatableText, TranslatableText } from '../../../model/translation.ts';
import type { CommonDriveTexts } from '../texts.ts';
import type { DriveHealthReport } from './drive-health-report.ts';
import type { DriveIdentity } from './drive-identity.ts';
import type { ErrorCounts } from './error-counts.ts';
import type { DrivePowerMode } from './non-waking-drive-poller.ts';

export interface StorageDriveReading {
  /** What hangs on the drive, and what its death means for the data. */
  dependents?: TranslatableText<CommonDriveTexts> | undefined;
  identity: DriveIdentity;
  /** Of a drive behind a RAID controller, undefined until it has been read. */
  isRotational: boolean | undefined;
  /** Bytes. */
  capacity: number | undefined;
  /** The kernel's word: `running`, `offline`, `transport-offline`. */
  kernelState: string | undefined;
  /** Undefined until the drive has been asked. */
  power: DrivePowerMode | undefined;
  /** Why there is no report, and how to get it. */
  hint: AnyTranslatableText | undefined;
  /** The last that the drive said; undefined if it has not been asked since the agent started. */
  report: DriveHealthReport | undefined;
  /** When it said that. */
  readAt: Date | undefined;
  /** Degrees Celsius; unknown if it was read too long ago. */
  temperature: number | undefined;
  /** Errors that are neither history nor acknowledged: 0 of those that the drive never counted, undefined of those that
   * it once counted and now does not tell. All are undefined until memory is loaded. */
  newErrors: ErrorCounts | undefined;
  /** Sectors that were reallocated in the last week. */
  reallocatedInWeek: number;
  /** Whether pending sectors have been there for long enough to be believed; undefined while that is open. */
  isPendingCertain: boolean | undefined;
}
