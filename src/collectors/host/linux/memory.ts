import { readText } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';

/** From /proc/meminfo; kernels before 3.14, which have no MemAvailable, say nothing. */
export function readMemory(roots: HostRoots): HostReading['memory'] {
  const text = readText(roots.proc('meminfo')) ?? '';
  const bytes = (name: string) => {
    const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const total = bytes('MemTotal');
  const available = bytes('MemAvailable');
  if (total === undefined || available === undefined) return undefined;
  return { total, available, swapTotal: bytes('SwapTotal') ?? 0, swapFree: bytes('SwapFree') ?? 0 };
}

/** Pressure stall information (kernel 4.20 and later): how much of the last minute some task waited. */
export function readPressure(roots: HostRoots): HostReading['pressure'] {
  const some = (resource: string) => {
    const share = /^some .*avg60=([\d.]+)/m.exec(readText(roots.proc('pressure', resource)) ?? '')?.[1];
    return share === undefined ? undefined : Number(share);
  };
  return { cpu: some('cpu'), memory: some('memory'), io: some('io') };
}
