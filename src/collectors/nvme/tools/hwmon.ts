import { join } from 'node:path';
import { runCommand } from '../../../lib/command.ts';
import { listFolder } from '../../../lib/files.ts';
import type { DriveLimits } from '../reading.ts';
import { celsiusFromMillidegrees } from './temperature.ts';

export interface HwmonReading {
  /** Degrees Celsius; sensor 1 first. */
  temperature?: number | undefined;
  sensors: (number | undefined)[];
  limits: DriveLimits;
  /** The temperature bit of the drive's critical warnings. */
  alarm?: boolean | undefined;
}

/** Where the kernel keeps a controller's sensors: below it, and in older drivers below its place on the bus. */
function hwmonFolder(controller: string): string | undefined {
  const places = [controller, join(controller, 'hwmon'), join(controller, 'device/hwmon')];
  return places.flatMap((place) =>
    listFolder(place).flatMap((name) => (/^hwmon\d+$/.test(name) ? [join(place, name)] : [])),
  )[0];
}

/** What the kernel tells anybody of a drive's warmth (from 5.5 on, CONFIG_NVME_HWMON); undefined where it does not. Each file
 * is a question to the drive, which may hang: so it is a process of its own that reads them. */
export async function readHwmon(controller: string, seconds: number): Promise<HwmonReading | undefined> {
  const folder = hwmonFolder(controller);
  if (folder === undefined) return undefined;
  const files = listFolder(folder).filter((name) => /^temp\d_(input|max|crit|alarm)$/.test(name));
  if (files.length === 0) return undefined;
  const { stdout } = await runCommand('grep', ['-sH', '.', ...files.map((name) => join(folder, name))], { seconds });
  const values = new Map(
    [...stdout.matchAll(/\/(temp\d_\w+):(-?\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  const degrees = (name: string) => celsiusFromMillidegrees(values.get(name));
  const alarm = values.get('temp1_alarm');
  return {
    temperature: degrees('temp1_input'),
    // The first channel is the composite, the second is sensor 1.
    sensors: Array.from({ length: 8 }, (_, index) => degrees(`temp${index + 2}_input`)),
    limits: { warning: degrees('temp1_max'), critical: degrees('temp1_crit') },
    alarm: alarm === undefined ? undefined : alarm !== 0,
  };
}
