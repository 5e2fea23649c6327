import { type DriverFiles, undefinedIfUnanswered } from '../../../lib/driver-files.ts';
import { listFolder, readText } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';

/** Shares of the processors' time, from the first line of /proc/stat (proc_stat(5)). */
export class CpuUsageReader {
  #before: number[] = [];

  read(stat: string | undefined): HostReading['cpu'] {
    const first = /^cpu +(.*)$/m.exec(stat ?? '')?.[1];
    if (first === undefined) return undefined;
    // The two guest times behind these eight are counted in user and nice already.
    const ticks = first.split(' ').map(Number).slice(0, 8);
    const grown = ticks.map((tick, index) => Math.max(0, tick - (this.#before[index] ?? tick)));
    this.#before = ticks;
    const all = grown.reduce((sum, part) => sum + part, 0);
    if (all === 0) return undefined;
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = grown.map(
      (part) => (100 * part) / all,
    );
    return { used: 100 - idle - iowait, user: user + nice, system: system + irq + softirq, iowait, steal };
  }
}

/** The mean of all frequency domains, in MHz. */
export async function readCpuFrequencyMhz(roots: HostRoots, drivers: DriverFiles): Promise<number | undefined> {
  const folder = roots.sys('devices/system/cpu/cpufreq');
  const answers = await Promise.all(
    listFolder(folder).map((policy) => undefinedIfUnanswered(drivers.number(`${folder}/${policy}/scaling_cur_freq`))),
  );
  const kilohertz = answers.filter((value) => value !== undefined);
  return kilohertz.length === 0
    ? undefined
    : kilohertz.reduce((sum, value) => sum + value, 0) / kilohertz.length / 1000;
}

export function readLoadAverage(roots: HostRoots): HostReading['load'] {
  const [one, five, fifteen] = readText(roots.proc('loadavg'))?.split(' ').map(Number) ?? [];
  return one === undefined || five === undefined || fifteen === undefined ? undefined : { one, five, fifteen };
}
