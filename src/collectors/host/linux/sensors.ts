import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type SlowSysfsFileReader, undefinedIfUnanswered } from '../../../lib/slow-sysfs-file-reader.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import {
  type HwmonSensor,
  hasValueOrError,
  plausibleRpm,
  plausibleSensorCelsius,
  sensorValueOrError,
} from './hwmon-sensor.ts';
import { readLowestCriticalCelsius, readProcessorSensors } from './processor-temperature.ts';
import { isRuntimeSuspended } from './runtime-power.ts';

export interface HostTemperaturesAndFans {
  /** Degrees Celsius; the highest of several processors. */
  cpu?: number | undefined;
  /** At which the processor protects itself; the lowest of several. */
  cpuCritical?: number | undefined;
  temperatures: HwmonSensor[];
  fans: HwmonSensor[];
}

/** Sensors of drives are skipped: some drives wake from standby when their sensor is read. */
const driveChips = new Set(['nvme', 'drivetemp']);

interface Chip {
  /** The folder of its attributes. */
  folder: string;
  name: string;
  address: string;
  /** Its device is powered down, and to read its sensors would wake it. */
  isAsleep: boolean;
}

const inputName = /^(temp|fan)\d+_input$/;

/** Drivers with the old registration (applesmc, f71882fg) have attributes in the device's folder. Without chips whose
 * name can't be read in time. */
async function listChips(roots: HostRoots, drivers: SlowSysfsFileReader): Promise<Chip[]> {
  const read = async (chip: string): Promise<Chip> => {
    const link = roots.sys('class/hwmon', chip);
    const name = (await drivers.constant(join(link, 'name'))) ?? (await drivers.constant(join(link, 'device/name')));
    return {
      folder:
        [link, join(link, 'device')].find((folder) => drivers.list(folder).some((name) => inputName.test(name))) ??
        link,
      name: name ?? chip,
      address: addressOf(link),
      isAsleep: isRuntimeSuspended(join(link, 'device')),
    };
  };
  const chips = (
    await Promise.all(drivers.list(roots.sys('class/hwmon')).map((chip) => undefinedIfUnanswered(read(chip))))
  ).filter((chip) => chip !== undefined);
  return chips.map((chip) => ({
    ...chip,
    address: chips.filter(({ name }) => name === chip.name).length > 1 ? chip.address : '',
  }));
}

function addressOf(folder: string): string {
  try {
    return basename(realpathSync(join(folder, 'device')));
  } catch {
    return basename(folder);
  }
}

async function readChannels(
  { folder, name, address, isAsleep: isChipAsleep }: Chip,
  drivers: SlowSysfsFileReader,
  kind: 'temp' | 'fan',
  convert: (raw: number, chip: string) => number | undefined,
): Promise<HwmonSensor[]> {
  const files = drivers.list(folder);
  // Drivers have labels as constants, so that these can be read while the device is asleep.
  const named = files
    .filter((file) => inputName.test(file) && file.startsWith(kind))
    .map((file) => file.replace('_input', ''))
    .map(async (channel) => ({
      channel,
      ownLabel:
        (files.includes(`${channel}_label`) && (await drivers.constant(join(folder, `${channel}_label`)))) || channel,
    }));
  const channels = (await Promise.all(named.map(undefinedIfUnanswered))).filter((channel) => channel !== undefined);
  const read = async (channel: string) => {
    if (isChipAsleep) return undefined;
    const faulty = files.includes(`${channel}_fault`) && (await drivers.number(join(folder, `${channel}_fault`))) === 1;
    const raw = faulty ? undefined : await drivers.number(join(folder, `${channel}_input`));
    return raw === undefined ? undefined : convert(raw, name);
  };
  return Promise.all(
    channels.map(async ({ channel, ownLabel }): Promise<HwmonSensor> => {
      // Some chips use the same label for several sensors (dell_smm has “Other”).
      const isShared = channels.filter((candidate) => candidate.ownLabel === ownLabel).length > 1;
      const label = isShared ? `${ownLabel} ${channel}` : ownLabel;
      return {
        id: [name, address, label].filter(Boolean).join(' '),
        chip: name,
        label,
        criticalFile: files.includes(`${channel}_crit`) ? join(folder, `${channel}_crit`) : undefined,
        isAsleep: isChipAsleep,
        ...(await sensorValueOrError(read(channel))),
      };
    }),
  );
}

export async function readHostTemperaturesAndFans(
  roots: HostRoots,
  drivers: SlowSysfsFileReader,
): Promise<HostTemperaturesAndFans> {
  const chips = (await listChips(roots, drivers)).filter(({ name }) => !driveChips.has(name));
  const readAll = async (kind: 'temp' | 'fan', convert: (raw: number, chip: string) => number | undefined) =>
    (await Promise.all(chips.map((chip) => readChannels(chip, drivers, kind, convert)))).flat();
  const temperatures = await readAll('temp', plausibleSensorCelsius);
  const ofProcessor = await readProcessorSensors(temperatures, roots, drivers);
  const hottest = Math.max(...ofProcessor.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  return {
    cpu: Number.isFinite(hottest) ? hottest : undefined,
    cpuCritical: await readLowestCriticalCelsius(ofProcessor, drivers),
    temperatures: temperatures.filter(
      (sensor) => (hasValueOrError(sensor) || sensor.isAsleep) && !ofProcessor.includes(sensor),
    ),
    fans: await readAll('fan', plausibleRpm),
  };
}
