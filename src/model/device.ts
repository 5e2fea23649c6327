import type { AgentIdentity } from './state.ts';

/** A thing that Home Assistant shows as a device: a host, a drive, a router. */
export interface Device {
  /** Stable for the lifetime of the device: a serial number or a configured name, never a path or a position. */
  id: string;
  name: string;
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  softwareVersion?: string;
  hardwareVersion?: string;
  /** The scheme is http, https or homeassistant. */
  configurationUrl?: string;
  macAddress?: string;
  /** The id of the parent device. */
  via?: string;
  /** The id of the device through which this machine reaches it: its router, if it is in another network. */
  reachedThrough?: string;
  /** The ids of the devices that it is built of, including those that are gone: a pool's drives. */
  liesOn?: readonly string[];
  /** Those of `liesOn` that are gone. Others may have no device either: drives that nobody reads. */
  goneBelow?: readonly string[];
  /** Where what lies on it, and on no other device above it, is mounted. */
  mounts?: readonly string[];
  /** It is this machine's way to other networks. */
  isGateway?: true;
  /** This machine reaches it through its gateway, whichever device that is. */
  isBeyondGateway?: true;
  /** The site of the device, if it differs from the agent's. */
  site?: string;
  /** Several agents may watch the device; one of them is its owner. `key` identifies it for all of them, and is
   * undefined until it is known. An agent with a higher rank can report more. */
  shared?: { key: string | undefined; rank: number };
  /** Other agents may have a device of this name, each of its own: one of them has the name alone, the others add their
   * agent’s. Ranks as above. */
  sharedName?: { rank: number };
  /** Home Assistant's identifier, if the device belongs to another agent, which announces its other properties. */
  identifier?: string;
}

/** A part of a device that can appear and disappear, or that there are several of: a file system, an interface. */
export interface DevicePart {
  id: string;
  /** The first words of its entities' names: “eth0”, “File system /”. */
  name: string;
  /** Where it is mounted, if it is a file system. */
  mountPoint?: string;
  /** Label in Prometheus, if it is not the id: a disk's kernel name. */
  label?: string;
}

/** A device that the agent reads and that is below its own: its name begins with the agent's. */
export const namePrefixedDeviceBelowAgent = ({ id, name }: AgentIdentity, device: Omit<Device, 'via'>): Device => ({
  ...device,
  name: `${name} ${device.name}`,
  via: id,
});

/** Name of a device or part, as people see it: “nas File system /”. */
export const nameOfDeviceOrPart = ({ device, part }: { device: Device; part?: DevicePart }): string =>
  part === undefined ? device.name : `${device.name} ${part.name}`;
