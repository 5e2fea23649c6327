import { existsSync } from 'node:fs';
import type { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';
import { listFolderSync, tryReadNumberSync } from '../../../lib/files.ts';
import { type GlobVerdict, selectWatchedAndExcludedNames } from '../../../lib/glob-classifier.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { DiskReading } from '../reading.ts';

/** Block devices that users do not consider disks: boot areas of an eMMC, optical and floppy drives, flash chips of a
 * board. */
const ignoredDevices = /^(mmcblk\d+(boot\d+|rpmb)|sr\d+|fd\d+|mtdblock\d+)$/;

/** Selects whole drives: block devices with a hardware device and a size. The paths to a multipath drive are hidden. */
export function selectWatchedAndExcludedDisks(
  roots: HostRoots,
  verdict: (name: string) => GlobVerdict,
): { watched: string[]; excluded: string[] } {
  const isDisk = (name: string) =>
    existsSync(roots.sys('block', name, 'device')) &&
    (tryReadNumberSync(roots.sys('block', name, 'size')) ?? 0) > 0 &&
    tryReadNumberSync(roots.sys('block', name, 'hidden')) !== 1 &&
    !ignoredDevices.test(name);
  return selectWatchedAndExcludedNames(listFolderSync(roots.sys('block')), verdict, isDisk);
}

/** The kernel counts in sectors of this size, whatever the drive's sector size is
 * (Documentation/admin-guide/iostats.rst). */
const sectorBytes = 512;

export function readDiskActivity(
  roots: HostRoots,
  diskstats: string,
  name: string,
  rates: CounterRateCalculator,
): DiskReading {
  const rows = diskstats.split('\n').map((line) => line.trim().split(/ +/));
  const driveRow = rows.find((row) => row[2] === name);
  // Before Linux 6.4, only the path to a multipath NVMe drive (nvme0c0n1) had counts; those of the drive (nvme0n1) were
  // 0.
  const pathRow = driveRow?.slice(3).every((field) => field === '0')
    ? rows.find((row) => row[2] !== name && row[2]?.replace(/^(nvme\d+)c\d+(n\d+)$/, '$1$2') === name)
    : undefined;
  const fields = pathRow ?? driveRow;
  if (fields === undefined) throw new Error(`${name}: not in ${roots.proc('diskstats')}`);
  const [, , , , , sectorsRead = 0, , , , sectorsWritten = 0, , , busyMilliseconds = 0] = fields.map(Number);
  const busy = rates.perSecond(`${name} busy`, busyMilliseconds);
  return {
    readPerSecond: rates.perSecond(`${name} read`, sectorsRead * sectorBytes),
    writtenPerSecond: rates.perSecond(`${name} written`, sectorsWritten * sectorBytes),
    busy: busy === undefined ? undefined : Math.min(1, toBaseUnit(busy, 'ms')),
  };
}
