import { tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { HostReading } from '../reading.ts';

/** From /proc/meminfo; undefined for kernels before 3.14, which have no MemAvailable. */
export function readMemoryUsage(roots: HostRoots): HostReading['memory'] {
  const text = tryReadTextSync(roots.proc('meminfo')) ?? '';
  const bytes = (name: string) => {
    const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const total = bytes('MemTotal');
  const available = bytes('MemAvailable');
  if (total === undefined || available === undefined) return undefined;
  return { total, available, swapTotal: bytes('SwapTotal') ?? 0, swapFree: bytes('SwapFree') ?? 0 };
}

/** Pressure stall information (Linux 4.20 and later): share of the last minute in which some task waited. */
export function readPressureStallShares(roots: HostRoots): HostReading['pressure'] {
  const someShare = (resource: string) => {
    const percent = /^some .*avg60=([\d.]+)/m.exec(tryReadTextSync(roots.proc('pressure', resource)) ?? '')?.[1];
    return percent === undefined ? undefined : toBaseUnit(Number(percent), '%');
  };
  return { cpu: someShare('cpu'), memory: someShare('memory'), io: someShare('io') };
}
