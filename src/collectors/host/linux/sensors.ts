import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DriverFileReader, undefinedIfUnanswered } from '../../../lib/driver-file-reader.ts';
import { listFolderSync } from '../../../lib/files.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { selectProcessorSensors } from './processor-sensors.ts';
import { isAsleep } from './runtime-power.ts';

export interface HwmonSensor {
  /** Stable across reboots, although the kernel may renumber the chips. */
  id: string;
  chip: string;
  label: string;
  value?: number | undefined;
  /** Set if the sensor did not answer. */
  error?: NoAnswerError;
  /** File of the value at which the hardware protects itself, if the chip has it. */
  criticalFile?: string | undefined;
  /** Not read, because its device is powered down. */
  isAsleep: boolean;
}

export interface HostSensors {
  /** Degrees Celsius; the highest of several processors. */
  cpu?: number | undefined;
  /** At which the processor protects itself; the lowest of several. */
  cpuCritical?: number | undefined;
  temperatures: HwmonSensor[];
  fans: HwmonSensor[];
}

/** Sensors of drives are skipped: some drives wake from standby when their sensor is read. */
const driveChips = new Set(['nvme', 'drivetemp']);

/** Thousandths that stand for no temperature: registers that nobody filled in, all ones as a signed byte, and −1. */
const noTemperature = new Set([0, -1, -1000]);
/** Sensors that may lie outdoors or in a freezer. */
const outdoorChip = /^w1_/;

/** Undefined for unconnected inputs, which report a value at the end of their range. */
const plausibleCelsius = (millidegrees: number, chip: string) =>
  millidegrees > -40_000 && millidegrees < 125_000 && (!noTemperature.has(millidegrees) || outdoorChip.test(chip))
    ? millidegrees / 1000
    : undefined;

/** The fastest fans of servers turn 30,000 times a minute. A greater number is an interval of a few ticks, or all ones. */
const fanSpeedRange = 30_000;
const plausibleRpm = (rpm: number) => (rpm >= 0 && rpm <= fanSpeedRange ? rpm : undefined);

interface Chip {
  /** The folder of its attributes. */
  folder: string;
  name: string;
  address: string;
  /** Its device is powered down, and to read its sensors would wake it. */
  isAsleep: boolean;
}

const inputName = /^(temp|fan)\d+_input$/;

/** Folders of attributes: drivers with the old registration (applesmc, f71882fg) have them in the device. */
const attributeFolders = (chip: string) => [chip, join(chip, 'device')];

/** Without chips whose name can't be read in time. */
async function listChips(roots: HostRoots, drivers: DriverFileReader): Promise<Chip[]> {
  const read = async (chip: string): Promise<Chip> => {
    const link = roots.sys('class/hwmon', chip);
    const folders = attributeFolders(link);
    const names = await Promise.all(folders.map((folder) => drivers.text(join(folder, 'name'))));
    return {
      folder: folders.find((folder) => listFolderSync(folder).some((name) => inputName.test(name))) ?? link,
      name: names.find((name) => name !== undefined) ?? chip,
      address: addressOf(link),
      isAsleep: isAsleep(join(link, 'device')),
    };
  };
  const chips = (
    await Promise.all(listFolderSync(roots.sys('class/hwmon')).map((chip) => undefinedIfUnanswered(read(chip))))
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

/** The value, or the error if the sensor does not answer. */
async function valueOrError(pending: Promise<number | undefined>): Promise<Pick<HwmonSensor, 'value' | 'error'>> {
  try {
    return { value: await pending };
  } catch (error) {
    if (error instanceof NoAnswerError) return { error };
    throw error;
  }
}

async function readChannels(
  { folder, name, address, isAsleep: isChipAsleep }: Chip,
  drivers: DriverFileReader,
  kind: 'temp' | 'fan',
  convert: (raw: number, chip: string) => number | undefined,
): Promise<HwmonSensor[]> {
  const files = listFolderSync(folder);
  // Drivers have labels as constants, so that these can be read while the device is asleep.
  const named = files
    .filter((file) => inputName.test(file) && file.startsWith(kind))
    .map((file) => file.replace('_input', ''))
    .map(async (channel) => ({
      channel,
      ownLabel:
        (files.includes(`${channel}_label`) && (await drivers.text(join(folder, `${channel}_label`)))) || channel,
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
        ...(await valueOrError(read(channel))),
      };
    }),
  );
}

/** Whether the trip points of a thermal zone slow the processor down (Documentation/driver-api/thermal/sysfs-api.rst). */
async function coolsProcessor(zone: string, drivers: DriverFileReader): Promise<boolean> {
  const devices = listFolderSync(zone).filter((name) => /^cdev\d+$/.test(name));
  const types = await Promise.all(devices.map((name) => drivers.text(join(zone, name, 'type'))));
  return types.some((type) => /^(processor|cpu)/i.test(type ?? ''));
}

type ThermalZone = Pick<HwmonSensor, 'chip' | 'label'> & { folder: string; coolsProcessor: boolean };

/** Thermal zones, which include sensors without a hwmon chip, such as the processors of many boards. */
async function listThermalZones(roots: HostRoots, drivers: DriverFileReader): Promise<ThermalZone[]> {
  const read = async (zone: string): Promise<ThermalZone> => {
    const folder = roots.sys('class/thermal', zone);
    const type = (await drivers.text(join(folder, 'type'))) ?? zone;
    return {
      folder,
      chip: type.replaceAll('-', '_'),
      label: zone,
      coolsProcessor: await coolsProcessor(folder, drivers),
    };
  };
  const names = listFolderSync(roots.sys('class/thermal')).filter((name) => name.startsWith('thermal_zone'));
  return (await Promise.all(names.map((zone) => undefinedIfUnanswered(read(zone))))).filter(
    (zone) => zone !== undefined,
  );
}

/** The limits of processors lie in this range; a chip that has none says 0 or the end of its range. */
const isPlausibleCritical = (celsius: number) => celsius >= 60 && celsius <= 124;

async function lowestCritical(
  sensors: readonly Pick<HwmonSensor, 'criticalFile'>[],
  drivers: DriverFileReader,
): Promise<number | undefined> {
  const files = sensors.flatMap(({ criticalFile }) => criticalFile ?? []);
  const values = await Promise.all(files.map((file) => undefinedIfUnanswered(drivers.number(file))));
  const limits = values.map((value) => (value ?? Number.NaN) / 1000).filter(isPlausibleCritical);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

const isAnswered = ({ value, error }: Pick<HwmonSensor, 'value' | 'error'>) =>
  value !== undefined || error !== undefined;

/** The processor's sensors among chips and thermal zones. Of the zones only those are read that could be the processor's. */
async function readProcessorSensors(
  temperatures: readonly HwmonSensor[],
  roots: HostRoots,
  drivers: DriverFileReader,
): Promise<Pick<HwmonSensor, 'value' | 'error' | 'criticalFile'>[]> {
  const rejected = new Set<ThermalZone>();
  const zones = await listThermalZones(roots, drivers);
  for (;;) {
    const selected = selectProcessorSensors<HwmonSensor | ThermalZone>([
      ...temperatures.filter(isAnswered),
      ...zones.filter((zone) => !rejected.has(zone)),
    ]);
    const answers = await Promise.all(
      selected.map(async (sensor) => {
        if (!('folder' in sensor)) return sensor;
        const temperature = drivers
          .number(join(sensor.folder, 'temp'))
          .then((raw) => (raw === undefined ? undefined : plausibleCelsius(raw, sensor.chip)));
        const answer = await valueOrError(temperature);
        if (!isAnswered(answer)) rejected.add(sensor);
        return answer;
      }),
    );
    if (answers.some(isAnswered) || selected.length === 0) return answers;
  }
}

export async function readHostSensors(roots: HostRoots, drivers: DriverFileReader): Promise<HostSensors> {
  const chips = (await listChips(roots, drivers)).filter(({ name }) => !driveChips.has(name));
  const readAll = async (kind: 'temp' | 'fan', convert: (raw: number, chip: string) => number | undefined) =>
    (await Promise.all(chips.map((chip) => readChannels(chip, drivers, kind, convert)))).flat();
  const temperatures = await readAll('temp', plausibleCelsius);
  const ofProcessor = await readProcessorSensors(temperatures, roots, drivers);
  const hottest = Math.max(...ofProcessor.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  return {
    cpu: Number.isFinite(hottest) ? hottest : undefined,
    cpuCritical: await lowestCritical(ofProcessor, drivers),
    temperatures: temperatures.filter(
      (sensor) => (isAnswered(sensor) || sensor.isAsleep) && !ofProcessor.includes(sensor),
    ),
    fans: await readAll('fan', plausibleRpm),
  };
}
