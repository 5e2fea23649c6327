import { existsSync } from 'node:fs';
import { list, readNumber } from '../../../lib/files.ts';
import { choose, type Verdict } from '../../../lib/globs.ts';
import type { Rates } from '../../../lib/rates.ts';
import type { DiskReading } from '../reading.ts';
import type { Roots } from './roots.ts';

/** Whole drives: what has a device behind it and a size, without an eMMC's boot areas. */
export function disks(roots: Roots, verdict: (name: string) => Verdict): { watched: string[]; excluded: string[] } {
  const real = (name: string) =>
    existsSync(roots.sys('block', name, 'device')) && (readNumber(roots.sys('block', name, 'size')) ?? 0) > 0 && !/^mmcblk\d+(boot\d+|rpmb)$/.test(name);
  return choose(list(roots.sys('block')), verdict, real);
}

/** The kernel counts in these, whatever the drive's own sectors are (Documentation/admin-guide/iostats.rst). */
const sector = 512;

export function readDisk(roots: Roots, diskstats: string, name: string, rates: Rates): DiskReading {
  const fields = diskstats
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .find((row) => row[2] === name);
  if (fields === undefined) throw new Error(`${name}: not in ${roots.proc('diskstats')}`);
  const [, , , , , sectorsRead = 0, , , , sectorsWritten = 0, , , busyMilliseconds = 0] = fields.map(Number);
  const busy = rates.perSecond(`${name} busy`, busyMilliseconds);
  return {
    readPerSecond: rates.perSecond(`${name} read`, sectorsRead * sector),
    writtenPerSecond: rates.perSecond(`${name} written`, sectorsWritten * sector),
    busy: busy === undefined ? undefined : Math.min(100, busy / 10),
  };
}
