import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { listFolderSync, tryReadTextSync, undefinedForKernelError } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { decodeUdevText, readUdevProperties } from '../udev.ts';

/** How a drive is connected. A drive behind a USB bridge is `usb`, whatever it is itself. */
export type DriveBus = 'ata' | 'scsi' | 'usb' | 'nvme' | 'other';

/** What the kernel and udev know of a whole drive without asking it, and without any right. */
export interface DriveIdentity {
  /** `sda`: can change at the next boot. */
  name: string;
  bus: DriveBus;
  model: string;
  /** Of a drive behind a USB bridge, often the bridge's. */
  serial?: string | undefined;
  /** A worldwide id such as `naa.5000c50000000011`. */
  wwid?: string | undefined;
  firmware?: string | undefined;
  /** Where it is plugged in: the slot of an enclosure, else udev's path such as `pci-0000:00:1f.2-ata-2`. */
  slot?: string | undefined;
}

/** Serial numbers that the vendor never filled in. */
const placeholderPattern = /^([0 ]*|none|n\/a|unknown|default|serial number|(0?123456789)(0|abcdef.*)?)$/i;
export const isPlaceholderSerial = (serial: string): boolean => placeholderPattern.test(serial);

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    return undefinedForKernelError(error) ?? '';
  }
}

/** The unit serial number page (SPC, 80h): four bytes of header, then text. */
function readVitalProductSerial(path: string): string | undefined {
  try {
    return (
      readFileSync(path, 'latin1')
        .slice(4)
        .replaceAll(/[^\x20-\x7e]/g, '')
        .trim() || undefined
    );
  } catch (error) {
    return undefinedForKernelError(error);
  }
}

function busOf(name: string, link: string, vendor: string | undefined): DriveBus {
  if (/\/usb\d+\//.test(link)) return 'usb';
  if (name.startsWith('nvme')) return 'nvme';
  if (!name.startsWith('sd')) return 'other';
  return vendor === 'ATA' ? 'ata' : 'scsi';
}

/** SES names the slot in a link's name, `enclosure_device:Slot 03`. */
const enclosureSlot = (device: string) =>
  listFolderSync(device)
    .find((entry) => entry.startsWith('enclosure_device:'))
    ?.slice('enclosure_device:'.length);

/** The identity of the whole drive with this kernel name: `sda`, `nvme0n1`. Nothing here reaches the drive. */
export function readDriveIdentity(roots: HostRoots, name: string): DriveIdentity {
  const folder = roots.sys('block', name);
  const read = (file: string) => tryReadTextSync(join(folder, file))?.trim() || undefined;
  const udev = readUdevProperties(roots, read('dev') ?? '');
  const bus = busOf(name, linkTarget(folder), read('device/vendor'));
  return {
    name,
    bus,
    // The kernel cuts an ATA drive’s model after 16 characters.
    model: (bus === 'nvme' ? undefined : decodeUdevText(udev.get('ID_MODEL_ENC'))) ?? read('device/model') ?? '',
    // Of a SAS drive, ID_SERIAL_SHORT is the worldwide name.
    serial:
      read('device/serial') ??
      udev.get('ID_SCSI_SERIAL') ??
      readVitalProductSerial(join(folder, 'device/vpd_pg80')) ??
      udev.get('SCSI_IDENT_SERIAL') ??
      (bus === 'scsi' ? undefined : udev.get('ID_SERIAL_SHORT')) ??
      read('serial'),
    wwid: read('wwid') ?? read('device/wwid') ?? udev.get('ID_WWN_WITH_EXTENSION')?.replace(/^0x/, 'naa.'),
    firmware: read('device/firmware_rev') ?? udev.get('ID_REVISION') ?? read('device/rev'),
    slot: enclosureSlot(join(folder, 'device')) ?? udev.get('ID_PATH'),
  };
}
