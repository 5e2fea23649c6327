import { readlinkSync } from 'node:fs';
import type { HostRoots } from '../../../model/host-roots.ts';
import { deviceNameOfPath } from '../nvme/sysfs.ts';
import type { SmartctlDeviceTypeSetting } from './settings.ts';

/** `/dev/bus/0`, smartctl's word for a host of SCSI, is no file. */
export const raidControllerNodeOf = ({ drive }: SmartctlDeviceTypeSetting): string =>
  /^\/dev\/(bus\/\d+)$/.exec(drive)?.[1] ?? deviceNameOfPath(drive);

/** The nodes, as `raidControllerNodeOf` has them, by which smartctl reaches the drives below a disk: its own, and that
 * of its controller if it is a logical drive of MegaRAID, which are on the channels from 2 on
 * (drivers/scsi/megaraid/megaraid_sas.h, MEGASAS_MAX_PD_CHANNELS). */
export function nodesOfDisk(roots: HostRoots, name: string): readonly string[] {
  try {
    const link = readlinkSync(roots.sys('block', name));
    const [, host, channel] = /\/host(\d+)\/target\d+:(\d+):/.exec(link) ?? [];
    return Number(channel) >= 2 ? [name, `bus/${host}`] : [name];
  } catch {
    return [name];
  }
}
