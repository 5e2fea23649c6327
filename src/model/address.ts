import type { Device, DevicePart } from './device.ts';
import { shortHash, slug } from './naming.ts';

/** Where a device or one of its parts stands in topics and ids; all members but `table` are slugs. */
export interface DeviceOrPartAddress {
  /** Id of the collector that reads it. */
  collector: string;
  device: string;
  part?: PartTableAndId;
}

export interface PartTableAndId {
  table: string;
  id: string;
}

export const collectorDeviceAddress = (collector: string, device: Device): DeviceOrPartAddress => ({
  collector,
  device: slug(device.id),
});

/** Address of the device that an agent announces for itself. */
export const agentDeviceAddress = (agentId: string): DeviceOrPartAddress => ({
  collector: 'agent',
  device: slug(agentId),
});

export const buildPartAddress = (
  collector: string,
  device: Device,
  table: string,
  part: DevicePart,
): DeviceOrPartAddress => ({
  collector,
  device: slug(device.id),
  part: { table, id: slug(part.id) },
});

/** Address of a part whose own is already in use: `/mnt/a_b` after `/mnt/a/b`. */
export const partAddressWithHash = (address: DeviceOrPartAddress, part: DevicePart): DeviceOrPartAddress =>
  address.part === undefined
    ? address
    : { ...address, part: { ...address.part, id: `${address.part.id}_${shortHash(part.id)}` } };

/** `filesystem_root`: a part below its device. */
export const formatPartSegment = ({ table, id }: PartTableAndId): string => `${table}_${id}`;

/** The address below its collector: `nas`, `nas/filesystem_root`. */
export const pathBelowCollector = ({ device, part }: DeviceOrPartAddress): string =>
  part === undefined ? device : `${device}/${formatPartSegment(part)}`;

/** Parses a part's last topic level; undefined if it is none. */
export function parsePartSegment(segment: string): PartTableAndId | undefined {
  const [, table, id] = /^([a-z]+)_(\w+)$/.exec(segment) ?? [];
  return table === undefined || id === undefined ? undefined : { table, id };
}

/** Whether one of these paths, with their collectors, is that of the device or part, or of its device. */
export const isForgotten = (paths: ReadonlySet<string>, address: DeviceOrPartAddress): boolean =>
  paths.has(`${address.collector}/${pathBelowCollector(address)}`) || paths.has(memoryKey(address));

/** Key of a device's data that outlives the process. */
export const memoryKey = ({ collector, device }: DeviceOrPartAddress): string => `${collector}/${device}`;

export const collectorOfMemoryKey = (key: string): string => key.slice(0, key.indexOf('/'));
