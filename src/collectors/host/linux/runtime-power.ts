import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { tryReadTextSync } from '../../../lib/files.ts';

const busOf = (device: string): string | undefined => {
  try {
    return basename(realpathSync(join(device, 'subsystem')));
  } catch {
    return undefined;
  }
};

/** The kernel answers from memory (Documentation/ABI/testing/sysfs-devices-power). */
const isSuspended = (device: string) => /^suspend/.test(tryReadTextSync(join(device, 'power/runtime_status')) ?? '');

/** Whether a device, or the PCI or USB device that it is a part of, is powered down until somebody asks it something,
 * as graphics cards, Wi-Fi cards and USB fan hubs may be. A sensor on an I²C bus sleeps with its bus only if that
 * belongs to a graphics card: other controllers sleep between any two questions. */
export function isRuntimeSuspended(deviceLink: string): boolean {
  let device: string;
  try {
    device = realpathSync(deviceLink);
  } catch {
    return false;
  }
  let isOnI2c = false;
  for (; existsSync(join(device, 'power')) || existsSync(join(device, 'subsystem')); device = dirname(device)) {
    const bus = busOf(device);
    isOnI2c ||= bus === 'i2c';
    if (isSuspended(device) && (!isOnI2c || isGraphicsCard(device))) return true;
    if (bus === 'pci' || existsSync(join(device, 'idVendor'))) return false;
  }
  return false;
}

/** PCI class 03 (display controller). */
const isGraphicsCard = (device: string) => /^0x03/.test(tryReadTextSync(join(device, 'class')) ?? '');
