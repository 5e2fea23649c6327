import { existsSync, statSync } from 'node:fs';
import { listFolderSync, tryReadNumberSync, tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { type IncludeExcludeVerdict, splitNamesIntoWatchedAndExcluded } from '../../../lib/include-exclude-matcher.ts';
import type { StepwiseWork } from '../../../model/event-loop-turns.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { DiskActivityReading } from '../reading.ts';
import type { DiskAndInterfaceRateCalculator } from './disk-and-interface-rate-calculator.ts';

/** Block devices that users do not consider disks: boot areas of an eMMC, optical and floppy drives, flash chips of a
 * board. */
const ignoredDevices = /^(mmcblk\d+(boot\d+|rpmb)|sr\d+|fd\d+|mtdblock\d+)$/;

/** A folder of a disk in /sys, which has `!` for the slash in a name such as `cciss/c0d0`. */
export const sysfsFolderOfDisk = (roots: HostRoots, name: string, ...path: string[]): string =>
  roots.sys('block', name.replaceAll('/', '!'), ...path);

/** Selects whole drives: block devices with a hardware device and a size. The paths to a multipath drive are hidden. */
export function* listWatchedAndExcludedDisks(
  roots: HostRoots,
  verdict: (name: string) => IncludeExcludeVerdict,
): StepwiseWork<{ watched: string[]; excluded: string[]; names: string[] }> {
  const isDisk = (name: string) =>
    existsSync(sysfsFolderOfDisk(roots, name, 'device')) &&
    (tryReadNumberSync(sysfsFolderOfDisk(roots, name, 'size')) ?? 0) > 0 &&
    tryReadNumberSync(sysfsFolderOfDisk(roots, name, 'hidden')) !== 1 &&
    !ignoredDevices.test(name);
  const names = listFolderSync(roots.sys('block')).map((name) => name.replaceAll('!', '/'));
  return { ...(yield* splitNamesIntoWatchedAndExcluded(names, verdict, isDisk)), names };
}

/** A number that another disk under the same name does not have: the kernel's (since Linux 5.15), or the inode of the
 * disk's folder. */
export const readDiskseqOrInode = (roots: HostRoots, name: string): string | undefined =>
  tryReadTextKeepOpenSync(sysfsFolderOfDisk(roots, name, 'diskseq')) ??
  statSync(sysfsFolderOfDisk(roots, name), { throwIfNoEntry: false })?.ino.toString();

export interface DiskCounters {
  sectorsRead: number | undefined;
  sectorsWritten: number | undefined;
  busyMilliseconds: number | undefined;
}

const parseCount = (text = '') => (/^\d{1,20}$/.test(text) ? Number(text) : undefined);

/** Parses /proc/diskstats (Documentation/admin-guide/iostats.rst). */
export function parseDiskstats(text: string): Map<string, DiskCounters> {
  const counters = new Map<string, DiskCounters>();
  const pathsByDrive = new Map<string, DiskCounters>();
  for (const line of text.split('\n')) {
    const [, , name, , , sectorsRead, , , , sectorsWritten, , , busyMilliseconds] = line.trim().split(/\s+/, 13);
    if (name === undefined) continue;
    const row = {
      sectorsRead: parseCount(sectorsRead),
      sectorsWritten: parseCount(sectorsWritten),
      busyMilliseconds: parseCount(busyMilliseconds),
    };
    counters.set(name, row);
    const drive = name.replace(/^(nvme\d+)c\d+(n\d+)$/, '$1$2');
    if (drive !== name) pathsByDrive.set(drive, row);
  }
  // Before Linux 6.4, only the path to a multipath NVMe drive (nvme0c0n1) had counts; those of the drive (nvme0n1) were
  // 0.
  for (const [drive, row] of pathsByDrive) {
    const own = counters.get(drive);
    if (own !== undefined && Object.values(own).every((count) => count === 0)) counters.set(drive, row);
  }
  return counters;
}

/** The kernel counts in sectors of this size, whatever the drive's sector size is
 * (Documentation/admin-guide/iostats.rst). */
const sectorBytes = 512;
/** No disk is as fast. */
const maxBytesPerSecond = 100e9;

/** `sequence`: that of `readDiskseqOrInode`. */
export function diskActivity(
  name: string,
  sequence: string | undefined,
  { sectorsRead, sectorsWritten, busyMilliseconds }: DiskCounters,
  rates: DiskAndInterfaceRateCalculator,
): DiskActivityReading {
  const perSecond = rates.perSecond(
    { name: `disk ${name}`, identity: sequence ?? '', maxPerSecond: maxBytesPerSecond / sectorBytes },
    { sectorsRead, sectorsWritten, busyMilliseconds },
  );
  const bytes = (sectors: number | undefined) => (sectors === undefined ? undefined : sectors * sectorBytes);
  return {
    readPerSecond: bytes(perSecond.sectorsRead),
    writtenPerSecond: bytes(perSecond.sectorsWritten),
    busy:
      perSecond.busyMilliseconds === undefined ? undefined : Math.min(1, toBaseUnit(perSecond.busyMilliseconds, 'ms')),
  };
}
