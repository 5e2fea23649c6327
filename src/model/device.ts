/** A thing that Home Assistant shows as a device: a host, a drive, a router. */
export interface Device {
  /** Lasts as long as the thing: a serial number, a configured name; never a path or a position. */
  id: string;
  name: string;
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  softwareVersion?: string;
  hardwareVersion?: string;
  /** http, https or homeassistant. */
  configurationUrl?: string;
  macAddress?: string;
  /** The id of the device that this one hangs below. */
  via?: string;
  /** Where it is, when that is not where its agent is. */
  site?: string;
  /** Home Assistant's identifier, when it is another agent's device: that one says all else of it. */
  identifier?: string;
}

/** A piece of a device that comes and goes, or of which there are several: a file system, an interface. */
export interface DevicePart {
  id: string;
  /** As its entities begin: “eth0”, “File system /”. */
  name: string;
}
