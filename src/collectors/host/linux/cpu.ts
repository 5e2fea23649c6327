import { parseFiniteNumber, tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { type SlowSysfsFileReader, undefinedIfUnanswered } from '../../../lib/slow-sysfs-file-reader.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';

/** USER_HZ, the unit of /proc/stat on all architectures that Node runs on. */
const ticksPerSecond = 100;
/** Ticks by which each processor's times may lag behind the clock. */
const lagTicks = 2;

/** CPU usage since the previous reading, from /proc/stat (proc_stat(5)). */
export class CpuUsageReader {
  #previous: { ticks: number[]; readAtMs: number } | undefined;

  /** `nowMs`: a monotonic clock. Undefined unless the ticks account for the time that has passed: in a container idle
   * time may stand still, and after a migration stolen time may jump. */
  read(stat = '', nowMs: number): HostReading['cpu'] {
    const line = /^cpu +(.*)$/m.exec(stat)?.[1];
    if (line === undefined) return undefined;
    // The ninth and tenth fields, guest times, are already included in user and nice.
    const ticks = line.trim().split(/ +/).map(Number).slice(0, 8);
    const previous = this.#previous;
    this.#previous = { ticks, readAtMs: nowMs };
    if (previous === undefined || !ticks.every((tick) => tick >= 0)) return undefined;
    const changes = ticks.map((tick, index) => tick - (previous.ticks[index] ?? tick));
    // Idle, iowait and steal may fall a little (proc_stat(5)); busy time that falls is another counter's.
    const [userChange = 0, niceChange = 0, systemChange = 0, , , irqChange = 0, softirqChange = 0] = changes;
    if (Math.min(userChange, niceChange, systemChange, irqChange, softirqChange) < 0) return undefined;
    const deltas = changes.map((change) => Math.max(0, change));
    const total = deltas.reduce((sum, delta) => sum + delta, 0);
    const processors = Math.max(1, stat.match(/^cpu\d+ /gm)?.length ?? 0);
    const expected = ((nowMs - previous.readAtMs) / 1000) * ticksPerSecond * processors;
    // If idle time did not grow at all, nearly all time must have been busy.
    const leastShare = deltas[3] === 0 ? 0.9 : 0.5;
    const lag = lagTicks * processors;
    if (!(total > 0 && total >= expected * leastShare - lag && total <= expected * 2 + lag)) return undefined;
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

/** Drivers that do not know the clock say 0, −1 or all ones. */
const plausibleKilohertz = (value: number) => value > 1000 && value < 20_000_000;

/** Mean of all frequency domains. */
export async function readCpuFrequencyHz(roots: HostRoots, drivers: SlowSysfsFileReader): Promise<number | undefined> {
  const folder = roots.sys('devices/system/cpu/cpufreq');
  const values = await Promise.all(
    drivers.list(folder).map((policy) => undefinedIfUnanswered(drivers.number(`${folder}/${policy}/scaling_cur_freq`))),
  );
  const kilohertz = values.filter((value) => value !== undefined).filter(plausibleKilohertz);
  return kilohertz.length === 0
    ? undefined
    : (1000 * kilohertz.reduce((sum, value) => sum + value, 0)) / kilohertz.length;
}

export function readLoadAverage(roots: HostRoots): HostReading['load'] {
  const loads = tryReadTextKeepOpenSync(roots.proc('loadavg'))?.split(' ').slice(0, 3).map(parseFiniteNumber) ?? [];
  const [one, five, fifteen] = loads.map((load) => (load !== undefined && load >= 0 ? load : undefined));
  return one === undefined || five === undefined || fifteen === undefined ? undefined : { one, five, fifteen };
}
