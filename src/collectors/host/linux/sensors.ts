import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DriverFileReader, undefinedIfUnanswered } from '../../../lib/driver-file-reader.ts';
import { listFolderSync } from '../../../lib/files.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

export interface HwmonSensor {
  /** Stable across reboots, although the kernel may renumber the chips. */
  id: string;
  chip: string;
  label: string;
  value?: number | undefined;
  /** Set if the sensor did not answer. */
  error?: NoAnswerError;
}

export interface HostSensors {
  /** Degrees Celsius; the highest of several processors. */
  cpu?: number | undefined;
  temperatures: HwmonSensor[];
  fans: HwmonSensor[];
}

/** Sensors of drives are skipped: some drives wake from standby when their sensor is read. */
const driveChips = new Set(['nvme', 'drivetemp']);

/** Sensors of the processor in order of preference: Intel, AMD, Raspberry Pi and other boards, then ACPI. */
const processorSensors: [chip: RegExp, label: RegExp][] = [
  [/^coretemp$/, /^Package id/],
  [/^coretemp$/, /^Core /],
  [/^(k10temp|zenpower)$/, /^Tdie$/],
  [/^(k10temp|zenpower)$/, /^Tctl$/],
  [/^(k8temp|k10temp)$/, /./],
  [/^(cpu|soc|bigcore|littlecore|scpi_sensors)/i, /./],
  [/^(x86_pkg_temp|.*cpu.*thermal.*)$/, /./],
  [/^acpitz$/, /./],
];

/** Undefined for unconnected inputs, which report a value at the end of their range. */
const plausibleCelsius = (millidegrees: number) =>
  millidegrees > -40_000 && millidegrees < 125_000 ? millidegrees / 1000 : undefined;

interface Chip {
  folder: string;
  name: string;
  address: string;
}

/** Without chips whose name can't be read in time. */
async function listChips(roots: HostRoots, drivers: DriverFileReader): Promise<Chip[]> {
  const read = async (chip: string): Promise<Chip> => {
    const folder = roots.sys('class/hwmon', chip);
    return { folder, name: (await drivers.text(join(folder, 'name'))) ?? chip, address: addressOf(folder) };
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
  { folder, name, address }: Chip,
  drivers: DriverFileReader,
  kind: 'temp' | 'fan',
  convert: (raw: number) => number | undefined,
): Promise<HwmonSensor[]> {
  const inputName = new RegExp(`^(${kind}\\d+)_input$`);
  const files = listFolderSync(folder);
  const named = files
    .flatMap((file) => inputName.exec(file)?.[1] ?? [])
    .map(async (channel) => ({
      channel,
      ownLabel:
        (files.includes(`${channel}_label`) && (await drivers.text(join(folder, `${channel}_label`)))) || channel,
    }));
  const channels = (await Promise.all(named.map(undefinedIfUnanswered))).filter((channel) => channel !== undefined);
  const read = async (channel: string) => {
    const faulty = files.includes(`${channel}_fault`) && (await drivers.number(join(folder, `${channel}_fault`))) === 1;
    const raw = faulty ? undefined : await drivers.number(join(folder, `${channel}_input`));
    return raw === undefined ? undefined : convert(raw);
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
        ...(await valueOrError(read(channel))),
      };
    }),
  );
}

/** Thermal zones, which include sensors without a hwmon chip, such as the processors of many boards. */
async function readThermalZones(roots: HostRoots, drivers: DriverFileReader): Promise<HwmonSensor[]> {
  const read = async (zone: string): Promise<HwmonSensor> => {
    const chip = (await drivers.text(roots.sys('class/thermal', zone, 'type'))) ?? zone;
    const temperature = drivers
      .number(roots.sys('class/thermal', zone, 'temp'))
      .then((raw) => (raw === undefined ? undefined : plausibleCelsius(raw)));
    return { id: `${chip} zone`, chip: chip.replaceAll('-', '_'), label: zone, ...(await valueOrError(temperature)) };
  };
  const names = listFolderSync(roots.sys('class/thermal')).filter((name) => name.startsWith('thermal_zone'));
  return (await Promise.all(names.map((zone) => undefinedIfUnanswered(read(zone))))).filter(
    (zone) => zone !== undefined,
  );
}

export async function readHostSensors(roots: HostRoots, drivers: DriverFileReader): Promise<HostSensors> {
  const chips = (await listChips(roots, drivers)).filter(({ name }) => !driveChips.has(name));
  const readAll = async (kind: 'temp' | 'fan', convert: (raw: number) => number | undefined) =>
    (await Promise.all(chips.map((chip) => readChannels(chip, drivers, kind, convert)))).flat();
  const temperatures = (await readAll('temp', plausibleCelsius)).filter(
    ({ value, error }) => value !== undefined || error !== undefined,
  );
  const readable = [
    ...temperatures,
    ...(await readThermalZones(roots, drivers)).filter(
      ({ value, error }) => value !== undefined || error !== undefined,
    ),
  ];
  const ofProcessor =
    processorSensors
      .map(([chip, label]) => readable.filter((sensor) => chip.test(sensor.chip) && label.test(sensor.label)))
      .find((sensors) => sensors.length > 0) ?? [];
  const hottest = Math.max(...ofProcessor.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  return {
    cpu: Number.isFinite(hottest) ? hottest : undefined,
    temperatures: temperatures.filter((sensor) => !ofProcessor.includes(sensor)),
    fans: await readAll('fan', (rpm) => rpm),
  };
}
