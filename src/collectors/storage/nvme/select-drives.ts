import type { CollectorComplaint } from '../../../model/collector.ts';
import type { NvmeDrive } from './drives.ts';
import { deviceNameOfPath } from './sysfs.ts';
import { type NvmeTexts, nvmeTexts } from './texts.ts';

export const matchesSerialOrDeviceName = (drive: NvmeDrive, name: string) => {
  const node = deviceNameOfPath(name);
  return (
    drive.serial === name ||
    drive.controllers.some((controller) => controller.name === node) ||
    drive.namespaces.some((namespace) => namespace.name === node)
  );
};

const listDrives = (drives: readonly NvmeDrive[]) =>
  drives
    .map(({ serial, controllers }) => `${controllers.map(({ name }) => `/dev/${name}`).join(', ')} (${serial})`)
    .join('; ');

/** Selects the drives that NVME_DEVICES names, with a complaint for each name that matches none and never did: a drive
 * that vanished is missed as a drive. Without names, selects all. */
export function selectWatchedAndExcludedDrives(
  drives: readonly NvmeDrive[],
  names: readonly string[] | undefined,
  foundNames: ReadonlySet<string> = new Set(),
): { watched: NvmeDrive[]; excluded: NvmeDrive[]; complaints: CollectorComplaint[] } {
  if (names === undefined || names.length === 0) return { watched: [...drives], excluded: [], complaints: [] };
  const isSelected = (drive: NvmeDrive) => names.some((name) => matchesSerialOrDeviceName(drive, name));
  const missing = names.filter(
    (name) => !foundNames.has(name) && !drives.some((drive) => matchesSerialOrDeviceName(drive, name)),
  );
  return {
    watched: drives.filter(isSelected),
    excluded: drives.filter((drive) => !isSelected(drive)),
    complaints: missing.map((name) => ({
      key: `NVME_DEVICES ${name}`,
      complaint: (texts: NvmeTexts = nvmeTexts) => texts.missingDrive(name, listDrives(drives)),
    })),
  };
}
