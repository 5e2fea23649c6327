/** The machine as a whole. Values that it does not provide are undefined. */
export interface HostReading {
  /** Shares of the time of all processors since the previous reading, from 0 to 1. */
  cpu?: { used: number; user: number; system: number; iowait?: number; steal?: number } | undefined;
  load?: { one: number; five: number; fifteen: number } | undefined;
  /** Degrees Celsius. */
  cpuTemperature?: number | undefined;
  /** At which the processor may switch itself off, in degrees Celsius. */
  cpuCriticalTemperature?: number | undefined;
  cpuFrequencyHz?: number | undefined;
  /** Bytes; without swap `swapTotal` is 0. */
  memory?:
    | { total: number; available: number; swapTotal?: number | undefined; swapFree?: number | undefined }
    | undefined;
  /** Share of the last minute in which some task waited for the resource, from 0 to 1. */
  pressure?: { cpu?: number | undefined; memory?: number | undefined; io?: number | undefined } | undefined;
  /** For how long memory has been short; 0 while it is not. */
  memoryShortSeconds?: number | undefined;
  /** Share of the memory in use from which it is short, in percent. */
  memoryLimitPercent?: number | undefined;
  bootTime?: Date | undefined;
  processes?: number | undefined;
  /** `required` is undefined if nobody knows; `packages`: what wants the reboot. */
  reboot?: { required?: boolean; packages?: readonly string[] } | undefined;
  /** Names of systemd's failed units. */
  failedUnits?: readonly string[] | undefined;
  /** Packages that the system would update. */
  updates?: { count: number; securityCount?: number | undefined } | undefined;
  clockSynchronized?: boolean | undefined;
  /** Whether the processor is slowed down now (Raspberry Pi). */
  throttled?: boolean | undefined;
  /** Whether the supply voltage is too low now (Raspberry Pi). */
  underVoltage?: boolean | undefined;
  /** How often heat slowed the package down since boot (x86). */
  throttleEvents?: number | undefined;
  processor?: string | undefined;
  /** Name of the hypervisor; undefined on bare metal. */
  virtualization?: string | undefined;
}

export interface FilesystemReading {
  /** Bytes. */
  total?: number | undefined;
  /** Bytes that users without privileges can use. */
  available?: number | undefined;
  /** Used share of what users without privileges can use, from 0 to 1. */
  usedRatio?: number | undefined;
  /** Used share of the inodes, from 0 to 1; undefined if the file system has no fixed number of them. */
  inodesUsedRatio?: number | undefined;
  readOnly: boolean;
  /** It was writable earlier. */
  wasWritable?: boolean | undefined;
  /** Share of the space or of the inodes from which it counts as full, in percent, if it is set. */
  limitPercent?: number | undefined;
  /** At the rate of the last 24 hours. */
  secondsToFull?: number | undefined;
}

export interface InterfaceReading {
  /** Bytes, and bytes per second. */
  received?: number | undefined;
  sent?: number | undefined;
  receivedPerSecond?: number | undefined;
  sentPerSecond?: number | undefined;
  receiveErrors?: number | undefined;
  sendErrors?: number | undefined;
  receiveDrops?: number | undefined;
  sendDrops?: number | undefined;
  link?: boolean | undefined;
  speedBytesPerSecond?: number | undefined;
  ipv4?: string | undefined;
  ipv6?: string | undefined;
}

export interface DiskActivityReading {
  /** Bytes per second. */
  readPerSecond?: number | undefined;
  writtenPerSecond?: number | undefined;
  /** Share of the time since the previous reading, from 0 to 1. */
  busy?: number | undefined;
}

export interface TemperatureReading {
  /** Degrees Celsius. */
  celsius?: number | undefined;
}

export interface FanReading {
  rpm?: number | undefined;
}

/** The type of reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type HostReadingByTable = {
  host: HostReading;
  filesystem: FilesystemReading;
  interface: InterfaceReading;
  disk: DiskActivityReading;
  temperature: TemperatureReading;
  fan: FanReading;
};
