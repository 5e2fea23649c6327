import { join } from 'node:path';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../../lib/files.ts';
import { type Device, namePrefixedDeviceBelowAgent } from '../../../model/device.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import { type DriveIdentity, isPlaceholderSerial, readDriveIdentity } from './drive-identity.ts';

/** A SATA, SAS or USB drive, by all the paths through which this machine reaches it. */
export interface StorageDrive {
  /** The serial number, else the worldwide id, else model and slot. */
  id: string;
  identity: DriveIdentity;
  /** smartctl's `-d` for a drive behind a RAID controller; the names are then the controller's. */
  controllerType?: string;
  /** Kernel names; several with multipath. */
  names: [string, ...string[]];
  isRotational: boolean;
  /** Bytes; undefined of a drive behind a RAID controller that has not told it. */
  capacity: number | undefined;
  /** `running`; `offline` or `transport-offline` if the kernel has given it up, on all paths. */
  kernelState: string | undefined;
  /** Whether the kernel has suspended it, so that it sleeps. */
  isSuspended: boolean;
  /** Counters of reads and writes: they move when somebody uses the drive. Questions of smartctl do not count. Empty if
   * nobody knows. */
  activity: string;
}

/** Whether the kernel has given the drive up (drivers/scsi/scsi_sysfs.c). Until it is running again, no command reaches
 * it. */
export const isOfflineKernelState = (kernelState: string | undefined): boolean =>
  kernelState === 'offline' || kernelState === 'transport-offline';

/** What hypervisors and iSCSI targets show as drives, which have no health. */
const virtualDrive =
  /^(QEMU|VMware|Msft|VBOX|Virtual|IET|LIO-ORG|NUTANIX|SYNOLOGY +(iSCSI )?Storage)\b|VBOX|Virtual ([Dd]is[ck]|HD|S)\b|QEMU HARDDISK|iSCSI|PersistentDisk|scsi_debug|File-Stor Gadget/;
/** SCSI's types of disks and of disks whose zones are written in order (host-managed SMR). */
const diskTypes = new Set(['0', '20']);

function readWholeDrive(roots: HostRoots, name: string): Omit<StorageDrive, 'id'> | undefined {
  const folder = roots.sys('block', name);
  const read = (file: string) => tryReadTextSync(join(folder, file))?.trim() ?? '';
  // In sectors of 512 bytes, whatever the block size of the drive; 0 is a card reader without a card.
  const capacity = (tryReadNumberSync(join(folder, 'size')) ?? 0) * 512;
  const isDisk = diskTypes.has(read('device/type'));
  if (!isDisk || capacity === 0 || virtualDrive.test(`${read('device/vendor')} ${read('device/model')}`.trim()))
    return undefined;
  return {
    identity: readDriveIdentity(roots, name),
    names: [name],
    isRotational: read('queue/rotational') !== '0',
    capacity,
    kernelState: read('device/state') || undefined,
    isSuspended: read('device/power/runtime_status') === 'suspended',
    activity: read('stat'),
  };
}

/** Serial numbers that several drives of a machine have had, as some USB bridges give their own to every
 * drive. None of them is an id any more, also while only one of the drives is plugged in. */
const sharedSerials = new WeakMap<HostRoots, Set<string>>();

function sharedSerialsOf(roots: HostRoots, drives: readonly Omit<StorageDrive, 'id'>[]): Set<string> {
  const shared = sharedSerials.get(roots) ?? new Set();
  const seen = new Set<string>();
  for (const { serial } of drives.map(({ identity }) => identity)) {
    if (serial === undefined) continue;
    if (seen.has(serial)) shared.add(serial);
    seen.add(serial);
  }
  sharedSerials.set(roots, shared);
  return shared;
}

/** Paths of multipath share serial number and worldwide id. */
function joinPaths(paths: readonly Omit<StorageDrive, 'id'>[]): Omit<StorageDrive, 'id'>[] {
  const drives = new Map<string, Omit<StorageDrive, 'id'>>();
  for (const path of paths) {
    const { serial, wwid } = path.identity;
    const key = serial === undefined || wwid === undefined ? path.names[0] : `${serial} ${wwid}`;
    const drive = drives.get(key);
    if (drive === undefined) drives.set(key, path);
    else
      drives.set(key, {
        ...drive,
        names: [...drive.names, ...path.names],
        kernelState: isOfflineKernelState(drive.kernelState) ? path.kernelState : drive.kernelState,
        activity: drive.activity + path.activity,
      });
  }
  return [...drives.values()];
}

/** SATA, SAS and USB drives, as the kernel and udev know them; no drive is asked. `isRemembered`: whether an earlier
 * process has kept something of the drive with this id. One that is known by another id than its serial number shared
 * that with others. */
export function listStorageDrives(roots: HostRoots, isRemembered: (id: string) => boolean): StorageDrive[] {
  const paths = listFolderSync(roots.sys('block'))
    .filter((name) => /^sd[a-z]+$/.test(name))
    .sort((a, b) => a.length - b.length || a.localeCompare(b))
    .flatMap((name) => readWholeDrive(roots, name) ?? []);
  const drives = joinPaths(paths);
  const shared = sharedSerialsOf(roots, drives);
  const isUniqueWwid = (value: string) => drives.filter(({ identity }) => identity.wwid === value).length === 1;
  return drives.map((drive) => {
    const { serial, wwid, model, slot, name } = drive.identity;
    const byWwid = wwid !== undefined && isUniqueWwid(wwid) ? wwid : undefined;
    const byPlace = [model, slot ?? name].join(' ');
    if (serial === undefined || isPlaceholderSerial(serial)) return { ...drive, id: byWwid ?? byPlace };
    const hasOtherId = [byWwid, byPlace].some((id) => id !== undefined && isRemembered(id));
    if (hasOtherId && !isRemembered(serial)) shared.add(serial);
    return { ...drive, id: shared.has(serial) ? (byWwid ?? byPlace) : serial };
  });
}

/** The drive as a device: `nas WDC WD40EFRX-68N32N0`, with the end of its id if there are several drives of the
 * model. */
export function storageDriveDevice(agent: AgentIdentity, drive: StorageDrive, all: readonly StorageDrive[]): Device {
  const { model, serial, firmware } = drive.identity;
  const kind = model || 'Drive';
  const isModelShared = all.filter(({ identity }) => identity.model === model).length > 1;
  return namePrefixedDeviceBelowAgent(agent, {
    id: drive.id,
    name: isModelShared ? `${kind} ${drive.id.slice(-6)}` : kind,
    ...(model === '' ? {} : { model }),
    ...(serial === undefined ? {} : { serialNumber: serial }),
    ...(firmware === undefined ? {} : { softwareVersion: firmware }),
  });
}
