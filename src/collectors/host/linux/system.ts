import { existsSync, readdirSync } from 'node:fs';
import { readDbusUint32Property } from '../../../lib/dbus.ts';
import { type DriverFileReader, undefinedIfUnanswered } from '../../../lib/driver-file-reader.ts';
import { listFolderSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReading } from '../reading.ts';
import { createHiddenPathCheck } from './mounts.ts';

/** Boot time according to the current clock (proc_stat(5), btime). */
export function parseBootTime(stat: string | undefined): Date | undefined {
  const seconds = /^btime (\d+)$/m.exec(stat ?? '')?.[1];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

export function countProcesses(roots: HostRoots): number | undefined {
  const count = readdirSync(roots.proc()).filter((name) => /^\d+$/.test(name)).length;
  return count === 0 ? undefined : count;
}

/** Debian and Ubuntu create a file when an update requires a reboot. Undefined on other systems, and in a container
 * that hides the file. */
export function isRebootRequired(roots: HostRoots): boolean | undefined {
  return existsSync(roots.host('var/lib/dpkg')) && !createHiddenPathCheck(roots)('/run')
    ? existsSync(roots.host('run/reboot-required'))
    : undefined;
}

const dbusTimeoutSeconds = 2;

/** Asks systemd over D-Bus; undefined without systemd or without permission. */
export async function countFailedUnits(roots: HostRoots): Promise<number | undefined> {
  const socket = roots.host('run/dbus/system_bus_socket');
  if (!existsSync(roots.host('run/systemd/system')) || !existsSync(socket)) return undefined;
  const address = {
    destination: 'org.freedesktop.systemd1',
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
    property: 'NFailedUnits',
  };
  return readDbusUint32Property(socket, address, dbusTimeoutSeconds).catch(() => undefined);
}

type Throttling = Pick<HostReading, 'throttled' | 'underVoltage' | 'throttleEvents'>;

/** On a Raspberry Pi, from the bits of the firmware
 * (https://www.raspberrypi.com/documentation/computers/os.html#get_throttled) and the hwmon alarm of the power supply;
 * on x86, from the counter of the package. */
export async function readThrottling(roots: HostRoots, drivers: DriverFileReader): Promise<Throttling> {
  // The folder is soc, or soc@107c000000 on a Raspberry Pi 5.
  const chips = listFolderSync(roots.sys('devices/platform')).filter((name) => /^soc(@|$)/.test(name));
  const flags = await Promise.all(
    chips.map((chip) =>
      undefinedIfUnanswered(drivers.text(roots.sys('devices/platform', chip, `${chip}:firmware/get_throttled`))),
    ),
  );
  const bits = Number.parseInt(flags.find((text) => text !== undefined) ?? '', 16);
  const firmware = Number.isNaN(bits) ? {} : { throttled: (bits & 0b1110) !== 0, underVoltage: (bits & 0b1) !== 0 };
  const sensors = listFolderSync(roots.sys('class/hwmon'));
  const names = await Promise.all(
    sensors.map((chip) => undefinedIfUnanswered(drivers.text(roots.sys('class/hwmon', chip, 'name')))),
  );
  const supply = sensors[names.indexOf('rpi_volt')];
  const alarm =
    supply === undefined
      ? undefined
      : await undefinedIfUnanswered(drivers.number(roots.sys('class/hwmon', supply, 'in0_lcrit_alarm')));
  const events = await undefinedIfUnanswered(
    drivers.number(roots.sys('devices/system/cpu/cpu0/thermal_throttle/package_throttle_count')),
  );
  return {
    ...(alarm === undefined ? {} : { underVoltage: alarm !== 0 }),
    ...firmware,
    ...(events === undefined ? {} : { throttleEvents: events }),
  };
}
