import type { AnyTranslatableText, TranslatableText } from '../../../model/translation.ts';
import type { CommonDriveTexts } from '../texts.ts';
import type { SelfTestSummary } from '../tools/self-tests.ts';
import type { NvmeTexts } from './texts.ts';

/** A drive's SMART / Health Information log (NVM Express Base Specification, log page 02h). Fields that the drive does
 * not report are undefined. Counters have 128 bits. */
export interface HealthLog {
  criticalWarning?: number | undefined;
  /** Degrees Celsius. */
  temperature?: number | undefined;
  /** Degrees Celsius, sensor 1 first. */
  sensors: (number | undefined)[];
  /** Percent; `percentageUsed` can exceed 100. */
  availableSpare?: number | undefined;
  spareThreshold?: number | undefined;
  percentageUsed?: number | undefined;
  /** In units of 1,000 blocks of 512 bytes, whatever the block size of the drive. */
  dataUnitsRead?: bigint | undefined;
  dataUnitsWritten?: bigint | undefined;
  hostReads?: bigint | undefined;
  hostWrites?: bigint | undefined;
  /** Minutes. */
  busyTime?: bigint | undefined;
  powerCycles?: bigint | undefined;
  powerOnHours?: bigint | undefined;
  unsafeShutdowns?: bigint | undefined;
  mediaErrors?: bigint | undefined;
  errorLogEntries?: bigint | undefined;
  /** Minutes above the drive's warning and critical temperatures. */
  warningTime?: number | undefined;
  criticalTime?: number | undefined;
  /** Host-controlled thermal management: how often and how long the drive throttled lightly (1) and heavily (2). */
  throttle1?: { count: number; seconds: number } | undefined;
  throttle2?: { count: number; seconds: number } | undefined;
}

/** Properties of a drive that never change. */
export interface TemperatureLimitsAndCapacity {
  /** Warning and critical temperature in degrees Celsius (WCTEMP, CCTEMP). */
  warning?: number | undefined;
  critical?: number | undefined;
  /** Bytes. */
  capacity?: number | undefined;
}

export const healthSources = ['nvme_cli', 'smartctl', 'sysfs'] as const;
export type HealthSource = (typeof healthSources)[number];

export const controllerStates = ['new', 'live', 'resetting', 'connecting', 'deleting', 'dead'] as const;

export interface DriveReading {
  /** What hangs on the drive, and what its death means for the data. */
  dependents?: TranslatableText<CommonDriveTexts> | undefined;
  /** The source of the health log; sysfs if there is none. */
  source: HealthSource;
  /** What is missing and how to get it. */
  hint?: AnyTranslatableText | undefined;
  state?: string | undefined;
  firmware?: string | undefined;
  /** Degrees Celsius, from the health log or from the kernel. */
  temperature?: number | undefined;
  sensors: readonly (number | undefined)[];
  temperatureAlarm?: boolean | undefined;
  log?: HealthLog | undefined;
  limits: TemperatureLimitsAndCapacity;
  selfTests?: SelfTestSummary | undefined;
  /** Undefined if unknown. */
  problem?: boolean | undefined;
  /** Text that describes the problem. */
  reason?: TranslatableText<NvmeTexts> | undefined;
  /** Bytes per day, mean of the last week. */
  writtenPerDay?: number | undefined;
  /** Share of the endurance that is used up in 30 days; 1 is all of it. */
  wearPerMonth?: number | undefined;
  wornOut?: Date | undefined;
}

export interface NamespaceReading {
  /** Bytes. */
  capacity?: number | undefined;
  used?: number | undefined;
}

/** The type of reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type NvmeReadingByTable = { drive: DriveReading; namespace: NamespaceReading };
