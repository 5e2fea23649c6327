import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveHostPath } from '../../../lib/host-path.ts';
import { type SlowSysfsFileReader, undefinedIfUnanswered } from '../../../lib/slow-sysfs-file-reader.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';

/** Boot times of the kernel and of a container (its /proc/uptime, in lxcfs) may differ by this much on one machine. */
const bootToleranceMs = 60_000;
/** An earlier boot is that of a machine whose clock has not been set. */
const earliestBoot = Date.UTC(2000, 0, 1);
/** The end of what a Date can be (ECMA-262, Time Values). */
const latestDateMs = 8.64e15;

/** Boot time according to the current clock: btime of /proc/stat (proc_stat(5)) unless /proc/uptime says that this is a
 * container, which has started later. */
export function parseBootTime(stat: string | undefined, uptime: string | undefined, nowMs: number): Date | undefined {
  const btime = /^btime (\d+)$/m.exec(stat ?? '')?.[1];
  const kernelBoot = btime === undefined ? undefined : Number(btime) * 1000;
  const upSeconds = /^(\d+(?:\.\d+)?)(?: |$)/.exec(uptime ?? '')?.[1];
  const boot = upSeconds === undefined ? undefined : nowMs - Number(upSeconds) * 1000;
  const isContainer = boot !== undefined && Math.abs(boot - (kernelBoot ?? 0)) > bootToleranceMs;
  const at = isContainer ? boot : kernelBoot;
  return at !== undefined && at >= earliestBoot && at <= latestDateMs ? new Date(at) : undefined;
}

/** Whether the clock is set by the network, as systemd-timesyncd says; undefined where another program sets it, or
 * none. */
export function isClockSynchronized(roots: HostRoots): boolean | undefined {
  const folder = resolveHostPath(roots, 'run/systemd/timesync');
  return existsSync(folder) ? existsSync(join(folder, 'synchronized')) : undefined;
}

/** All bits that the firmware has: others mean that it did not answer. */
const firmwareFlagsRange = 0xfffff;
/** -1 as an unsigned number of 32 and of 64 bits. */
const allOnes: readonly number[] = [2 ** 32 - 1, 2 ** 64];

type Throttling = Pick<HostReading, 'throttled' | 'underVoltage' | 'throttleEvents'>;

/** On a Raspberry Pi, from the bits of the firmware
 * (https://www.raspberrypi.com/documentation/computers/os.html#get_throttled) and the hwmon alarm of the power supply;
 * on x86, from the counter of the package. */
export async function readThrottlingAndUnderVoltage(
  roots: HostRoots,
  drivers: SlowSysfsFileReader,
): Promise<Throttling> {
  // The folder is soc, or soc@107c000000 on a Raspberry Pi 5.
  const chips = drivers.list(roots.sys('devices/platform')).filter((name) => /^soc(@|$)/.test(name));
  const flags = await Promise.all(
    chips.map((chip) =>
      undefinedIfUnanswered(drivers.text(roots.sys('devices/platform', chip, `${chip}:firmware/get_throttled`))),
    ),
  );
  const bits = Number.parseInt(flags.find((text) => text !== undefined) ?? '', 16);
  const firmware = !(bits >= 0 && bits <= firmwareFlagsRange)
    ? {}
    : { throttled: (bits & 0b1110) !== 0, underVoltage: (bits & 0b1) !== 0 };
  const sensors = drivers.list(roots.sys('class/hwmon'));
  const names = await Promise.all(
    sensors.map((chip) => undefinedIfUnanswered(drivers.constant(roots.sys('class/hwmon', chip, 'name')))),
  );
  const supply = sensors[names.indexOf('rpi_volt')];
  const alarm =
    supply === undefined
      ? undefined
      : await undefinedIfUnanswered(drivers.number(roots.sys('class/hwmon', supply, 'in0_lcrit_alarm')));
  const counters = roots.sys('devices/system/cpu/cpu0/thermal_throttle');
  const counter = 'package_throttle_count';
  const events = drivers.list(counters).includes(counter)
    ? await undefinedIfUnanswered(drivers.number(join(counters, counter)))
    : undefined;
  return {
    ...(alarm === 0 || alarm === 1 ? { underVoltage: alarm === 1 } : {}),
    ...firmware,
    ...(events === undefined || events < 0 || allOnes.includes(events) ? {} : { throttleEvents: events }),
  };
}
