/** The machine as a whole. Absent: this machine does not tell. */
export interface HostReading {
  /** Percent of all processors' time since the reading before. */
  cpu?: { used: number; user: number; system: number; iowait: number; steal: number } | undefined;
  load?: { one: number; five: number; fifteen: number } | undefined;
  /** Degrees Celsius. */
  cpuTemperature?: number | undefined;
  /** MHz. */
  cpuFrequency?: number | undefined;
  /** Bytes. */
  memory?: { total: number; available: number; swapTotal: number; swapFree: number } | undefined;
  /** Percent of the last minute in which some task waited for it. */
  pressure?: { cpu?: number | undefined; memory?: number | undefined; io?: number | undefined } | undefined;
  bootTime?: Date | undefined;
  processes?: number | undefined;
  rebootRequired?: boolean | undefined;
  failedUnits?: number | undefined;
  /** The processor is slowed down now, or the supply sags (Raspberry Pi). */
  throttled?: boolean | undefined;
  underVoltage?: boolean | undefined;
  /** How often a core was slowed down for heat since boot (x86). */
  throttleEvents?: number | undefined;
  processor?: string | undefined;
  /** The hypervisor; absent on bare metal. */
  virtualization?: string | undefined;
}

export interface FilesystemReading {
  /** Bytes; `available` is what a user without privileges can still write. */
  total: number;
  free: number;
  available: number;
  /** Both 0 where the file system has no fixed number of inodes. */
  inodes: number;
  inodesFree: number;
  readOnly: boolean;
  /** Days, at the pace of the last day. */
  timeToFull?: number | undefined;
}

export interface InterfaceReading {
  /** Bytes; per second where it says so. */
  received: number;
  sent: number;
  receivedPerSecond?: number | undefined;
  sentPerSecond?: number | undefined;
  receiveErrors?: number | undefined;
  sendErrors?: number | undefined;
  receiveDrops?: number | undefined;
  sendDrops?: number | undefined;
  link?: boolean | undefined;
  /** Mbit/s. */
  speed?: number | undefined;
  ipv4?: string | undefined;
  ipv6?: string | undefined;
}

export interface DiskReading {
  /** Bytes per second. */
  readPerSecond?: number | undefined;
  writtenPerSecond?: number | undefined;
  /** Percent of the time since the reading before. */
  busy?: number | undefined;
}

export interface TemperatureReading {
  /** Degrees Celsius. */
  celsius?: number | undefined;
}

export interface FanReading {
  rpm?: number | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type HostReadings = {
  host: HostReading;
  filesystem: FilesystemReading;
  interface: InterfaceReading;
  disk: DiskReading;
  temperature: TemperatureReading;
  fan: FanReading;
};
