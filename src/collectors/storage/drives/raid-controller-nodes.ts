import { readlinkSync } from 'node:fs';
import type { HostRoots } from '../../../model/host-roots.ts';
import { deviceNameOfPath } from '../nvme/sysfs.ts';
import type { SmartctlDeviceTypeSetting } from './settings.ts';

/** `/dev/bus/0`, smartctl's word for a host of SCSI, is no file. */
export const raidControllerNodeOf = ({ drive }: SmartctlDeviceTypeSetting): string =>
  /^\/dev\/(bus\/\d+)$/.exec(drive)?.[1] ?? deviceNameOfPath(drive);

/** Where the kernel has a disk among those of SCSI; undefined if it is none. */
function scsiPlaceOf(roots: HostRoots, name: string): { host: string; channel: number } | undefined {
  try {
    const [, host, channel] = /\/target(\d+):(\d+):/.exec(readlinkSync(roots.sys('block', name))) ?? [];
    return host === undefined ? undefined : { host, channel: Number(channel) };
  } catch {
    return undefined;
  }
}

/** MegaRAID has its logical drives on the channels from 2 on (drivers/scsi/megaraid/megaraid_sas.h,
 * MEGASAS_MAX_PD_CHANNELS), and before them those that it passes through. */
const firstMegaraidLogicalChannel = 2;

/** The nodes, as `raidControllerNodeOf` has them, by which smartctl reaches the drives below a disk: its own, and that
 * of its controller if it is a logical drive of MegaRAID. */
export function nodesOfDisk(roots: HostRoots, name: string): readonly string[] {
  const place = scsiPlaceOf(roots, name);
  return place !== undefined && place.channel >= firstMegaraidLogicalChannel ? [name, `bus/${place.host}`] : [name];
}

/** Whether a disk may lie on a drive that smartctl reaches by this node and type: it belongs to the same controller. */
export function mayLieOnDriveBehind(roots: HostRoots, node: string, type: string, name: string): boolean {
  const place = scsiPlaceOf(roots, name);
  const host = /^bus\/(\d+)$/.exec(node)?.[1] ?? scsiPlaceOf(roots, node)?.host;
  if (place === undefined || host === undefined) return name === node;
  return place.host === host && (!type.includes('megaraid') || place.channel >= firstMegaraidLogicalChannel);
}
