import { tryReadTextKeepOpenSync, tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { HostReading } from '../reading.ts';

/** More memory than any machine has: lxcfs passes on “no limit” as 2^63. */
const maxMemoryBytes = 2 ** 60;

const isAmount = (bytes: number | undefined): bytes is number => bytes !== undefined && bytes < maxMemoryBytes;

/** The part of ZFS's read cache that gives way when programs need memory; MemAvailable does not include it
 * (https://openzfs.github.io/openzfs-docs/Performance%20and%20Tuning/Module%20Parameters.html, zfs_arc_min). */
function reclaimableArcBytes(roots: HostRoots): number {
  const stats = tryReadTextKeepOpenSync(roots.proc('spl/kstat/zfs/arcstats'));
  if (stats === undefined) return 0;
  const bytes = (name: string) => Number(new RegExp(`^${name} +\\d+ +(\\d+)$`, 'm').exec(stats)?.[1] ?? Number.NaN);
  const reclaimable = bytes('size') - bytes('c_min');
  return reclaimable > 0 ? reclaimable : 0;
}

/** Whether meminfo is about a container (lxcfs), while the statistics of ZFS are the host's. */
const isMeminfoOfContainer = (roots: HostRoots) =>
  / \S*\/proc\/meminfo .* - fuse\.lxcfs /.test(tryReadTextSync(roots.proc('self/mountinfo')) ?? '');

const meminfoPattern = (name: string) => new RegExp(`^${name}: +(\\d+) kB$`, 'm');
const patterns = {
  total: meminfoPattern('MemTotal'),
  available: meminfoPattern('MemAvailable'),
  swapTotal: meminfoPattern('SwapTotal'),
  swapFree: meminfoPattern('SwapFree'),
};

/** From /proc/meminfo; undefined for kernels before 3.14, which have no MemAvailable. In a container, lxcfs may say
 * that more is available or free than there is. */
export function readMemoryUsage(roots: HostRoots): HostReading['memory'] {
  const text = tryReadTextKeepOpenSync(roots.proc('meminfo')) ?? '';
  const bytes = (pattern: RegExp) => {
    const kibibytes = pattern.exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const total = bytes(patterns.total);
  const available = bytes(patterns.available);
  if (!isAmount(total) || total === 0 || available === undefined) return undefined;
  const swapTotal = bytes(patterns.swapTotal) ?? 0;
  return {
    total,
    available: withArc(available, total, roots),
    ...(isAmount(swapTotal) ? { swapTotal, swapFree: bytes(patterns.swapFree) } : {}),
  };
}

/** A cache that is greater than the memory in use belongs to another machine. */
function withArc(available: number, total: number, roots: HostRoots): number {
  const arc = reclaimableArcBytes(roots);
  return arc === 0 || arc > total - available || isMeminfoOfContainer(roots) ? available : available + arc;
}

/** Pressure stall information (Linux 4.20 and later): share of the last minute in which some task waited. */
export function readCpuMemoryIoPressure(roots: HostRoots): HostReading['pressure'] {
  const someShare = (resource: string) => {
    const percent = /^some .*avg60=([\d.]+)/m.exec(
      tryReadTextKeepOpenSync(roots.proc('pressure', resource)) ?? '',
    )?.[1];
    return percent !== undefined && Number(percent) <= 100 ? toBaseUnit(Number(percent), '%') : undefined;
  };
  return { cpu: someShare('cpu'), memory: someShare('memory'), io: someShare('io') };
}
