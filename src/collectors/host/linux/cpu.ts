import { type DriverFileReader, undefinedIfUnanswered } from '../../../lib/driver-file-reader.ts';
import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';

/** CPU usage since the previous reading, from the first line of /proc/stat (proc_stat(5)). */
export class CpuUsageReader {
  #previousTicks: number[] = [];

  read(stat: string | undefined): HostReading['cpu'] {
    const line = /^cpu +(.*)$/m.exec(stat ?? '')?.[1];
    if (line === undefined) return undefined;
    // The ninth and tenth fields, guest times, are already included in user and nice.
    const ticks = line.split(' ').map(Number).slice(0, 8);
    const deltas = ticks.map((tick, index) => Math.max(0, tick - (this.#previousTicks[index] ?? tick)));
    this.#previousTicks = ticks;
    const total = deltas.reduce((sum, delta) => sum + delta, 0);
    if (total === 0) return undefined;
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = deltas;
    return {
      used: (total - idle - iowait) / total,
      user: (user + nice) / total,
      system: (system + irq + softirq) / total,
      iowait: iowait / total,
      steal: steal / total,
    };
  }
}

/** Mean of all frequency domains. */
export async function readCpuFrequencyHz(roots: HostRoots, drivers: DriverFileReader): Promise<number | undefined> {
  const folder = roots.sys('devices/system/cpu/cpufreq');
  const values = await Promise.all(
    listFolderSync(folder).map((policy) =>
      undefinedIfUnanswered(drivers.number(`${folder}/${policy}/scaling_cur_freq`)),
    ),
  );
  const kilohertz = values.filter((value) => value !== undefined);
  return kilohertz.length === 0
    ? undefined
    : (1000 * kilohertz.reduce((sum, value) => sum + value, 0)) / kilohertz.length;
}

export function readLoadAverage(roots: HostRoots): HostReading['load'] {
  const [one, five, fifteen] = tryReadTextSync(roots.proc('loadavg'))?.split(' ').map(Number) ?? [];
  return one === undefined || five === undefined || fifteen === undefined ? undefined : { one, five, fifteen };
}
