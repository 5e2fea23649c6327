import type { Drive } from './drives.ts';
import { nodeOf } from './sysfs.ts';

const isMeant = (drive: Drive, wanted: string) => {
  const node = nodeOf(wanted);
  return drive.serial === wanted || drive.controllers.some(({ name }) => name === node) || drive.namespaces.some(({ name }) => name === node);
};

const known = (drives: readonly Drive[]) => drives.map(({ serial, controllers }) => `${controllers.map(({ name }) => `/dev/${name}`).join(', ')} (${serial})`).join('; ') || 'none';

/** Which drives the settings take in, and what they name that is not there. */
export function choose(drives: readonly Drive[], wanted: readonly string[] | undefined): { watched: Drive[]; excluded: Drive[]; complaints: string[] } {
  if (wanted === undefined || wanted.length === 0) return { watched: [...drives], excluded: [], complaints: [] };
  const isWanted = (drive: Drive) => wanted.some((one) => isMeant(drive, one));
  const missing = wanted.filter((one) => !drives.some((drive) => isMeant(drive, one)));
  return {
    watched: drives.filter(isWanted),
    excluded: drives.filter((drive) => !isWanted(drive)),
    complaints: missing.map((one) => `NVME_DEVICES names ${one}: there is no such drive; there are ${known(drives)}`),
  };
}
