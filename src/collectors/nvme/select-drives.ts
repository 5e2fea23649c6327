import type { NvmeDrive } from './drives.ts';
import { deviceNodeOf } from './sysfs.ts';

const isMeant = (drive: NvmeDrive, wanted: string) => {
  const node = deviceNodeOf(wanted);
  return (
    drive.serial === wanted ||
    drive.controllers.some(({ name }) => name === node) ||
    drive.namespaces.some(({ name }) => name === node)
  );
};

const listKnown = (drives: readonly NvmeDrive[]) =>
  drives
    .map(({ serial, controllers }) => `${controllers.map(({ name }) => `/dev/${name}`).join(', ')} (${serial})`)
    .join('; ') || 'none';

/** Which drives the settings take in, and what they name that is not there. */
export function selectDrives(
  drives: readonly NvmeDrive[],
  wanted: readonly string[] | undefined,
): { watched: NvmeDrive[]; excluded: NvmeDrive[]; complaints: string[] } {
  if (wanted === undefined || wanted.length === 0) return { watched: [...drives], excluded: [], complaints: [] };
  const isWanted = (drive: NvmeDrive) => wanted.some((one) => isMeant(drive, one));
  const missing = wanted.filter((one) => !drives.some((drive) => isMeant(drive, one)));
  return {
    watched: drives.filter(isWanted),
    excluded: drives.filter((drive) => !isWanted(drive)),
    complaints: missing.map(
      (one) => `NVME_DEVICES names ${one}: there is no such drive; there are ${listKnown(drives)}`,
    ),
  };
}
