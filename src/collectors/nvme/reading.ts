/** A drive's SMART / Health Information log (NVM Express Base Specification, log page 02h), whoever read it. Absent: the
 * drive does not report it. Counters are as wide as the specification's: 128 bits. */
export interface HealthLog {
  criticalWarning: number;
  /** Degrees Celsius. */
  temperature?: number | undefined;
  /** Degrees Celsius, sensor 1 first. */
  sensors: (number | undefined)[];
  /** Percent; used may exceed 100. */
  availableSpare?: number | undefined;
  spareThreshold?: number | undefined;
  percentageUsed?: number | undefined;
  /** Each is 1,000 blocks of 512 bytes, whatever the size of the drive's own blocks. */
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
  /** Minutes above each of the drive's own limits. */
  warningTime?: number | undefined;
  criticalTime?: number | undefined;
  /** Host thermal management: how often, and for how many seconds, the drive slowed down lightly (1) and heavily (2). */
  throttle1?: { count: number; seconds: number } | undefined;
  throttle2?: { count: number; seconds: number } | undefined;
}

/** What a drive is, and stays. */
export interface DriveLimits {
  /** Degrees Celsius at which the drive warns of heat, and at which it is in danger (WCTEMP, CCTEMP). */
  warning?: number | undefined;
  critical?: number | undefined;
  /** Bytes. */
  capacity?: number | undefined;
}

export const healthSources = ['nvme_cli', 'smartctl', 'sysfs'] as const;
export type HealthSource = (typeof healthSources)[number];

export const controllerStates = ['new', 'live', 'resetting', 'connecting', 'deleting', 'dead'] as const;

export interface DriveReading {
  /** Who told what is read beyond sysfs. */
  source: HealthSource;
  /** What is missing and what mends it. */
  hint?: string | undefined;
  state?: string | undefined;
  firmware?: string | undefined;
  /** Degrees Celsius, from the health log or from the kernel. */
  temperature?: number | undefined;
  sensors: readonly (number | undefined)[];
  temperatureAlarm?: boolean | undefined;
  log?: HealthLog | undefined;
  limits: DriveLimits;
  /** Undefined while it can't be told. */
  problem?: boolean | undefined;
  /** In words. */
  reason?: string | undefined;
  /** Bytes a day, over the last week. */
  writtenPerDay?: number | undefined;
  /** Percentage points a month. */
  wearPerMonth?: number | undefined;
  wornOut?: Date | undefined;
}

export interface NamespaceReading {
  /** Bytes. */
  capacity?: number | undefined;
  used?: number | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type NvmeReadings = { drive: DriveReading; namespace: NamespaceReading };
