import { join } from 'node:path';
import { runCommand } from '../../../lib/command.ts';
import { listFolderSync } from '../../../lib/files.ts';
import type { TemperatureLimitsAndCapacity } from '../nvme/reading.ts';
import { plausibleCelsiusFromMillidegrees } from './temperature.ts';

export interface NvmeHwmonReading {
  /** Degrees Celsius. */
  temperature?: number | undefined;
  /** Degrees Celsius, sensor 1 first. */
  sensors: (number | undefined)[];
  limits: TemperatureLimitsAndCapacity;
  /** The temperature bit of the drive's critical warnings. */
  alarm?: boolean | undefined;
}

/** The hwmon folder of a controller: below the controller, or with older drivers below its bus device. */
function hwmonFolder(controller: string): string | undefined {
  const parents = [controller, join(controller, 'hwmon'), join(controller, 'device/hwmon')];
  return parents.flatMap((parent) =>
    listFolderSync(parent).flatMap((name) => (/^hwmon\d+$/.test(name) ? [join(parent, name)] : [])),
  )[0];
}

/** Temperatures that any user can read from the kernel (Linux 5.5 and later, CONFIG_NVME_HWMON); undefined without
 * that. A child process reads the files, because each one queries the drive and can hang. */
export async function readNvmeHwmon(controller: string, seconds: number): Promise<NvmeHwmonReading | undefined> {
  const folder = hwmonFolder(controller);
  if (folder === undefined) return undefined;
  const files = listFolderSync(folder).filter((name) => /^temp\d_(input|max|crit|alarm)$/.test(name));
  if (files.length === 0) return undefined;
  const { stdout } = await runCommand('grep', ['-sH', '.', ...files.map((name) => join(folder, name))], { seconds });
  const values = new Map(
    [...stdout.matchAll(/\/(temp\d_\w+):(-?\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  const degrees = (name: string) => plausibleCelsiusFromMillidegrees(values.get(name));
  const alarm = values.get('temp1_alarm');
  return {
    temperature: degrees('temp1_input'),
    // temp1 is the composite temperature, temp2 is sensor 1.
    sensors: Array.from({ length: 8 }, (_, index) => degrees(`temp${index + 2}_input`)),
    limits: { warning: degrees('temp1_max'), critical: degrees('temp1_crit') },
    alarm: alarm === undefined ? undefined : alarm !== 0,
  };
}
