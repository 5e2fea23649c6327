import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DriverFiles, undefinedIfUnanswered } from '../../../lib/driver-files.ts';
import { listFolder } from '../../../lib/files.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

export interface HwmonSensor {
  /** Lasts over a reboot, which may number chips anew. */
  id: string;
  chip: string;
  label: string;
  value?: number | undefined;
  /** Why there is no answer; absent where there is one. */
  error?: NoAnswerError;
}

export interface HostSensors {
  /** Degrees Celsius; the hottest of several processors. */
  cpu?: number | undefined;
  temperatures: HwmonSensor[];
  fans: HwmonSensor[];
}

/** Drives are the business of others: some wake from standby when asked. */
const driveChips = new Set(['nvme', 'drivetemp']);

/** Which sensor is the processor's, the best first: Intel, AMD, Raspberry Pi and other boards, then what the firmware says. */
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

/** What a sensor without a probe says is left away (unconnected inputs stand at their end of the scale). */
const plausibleCelsius = (raw: number) => (raw > -40_000 && raw < 125_000 ? raw / 1000 : undefined);

interface Chip {
  folder: string;
  name: string;
  address: string;
}

/** Without those that don't even tell their names. */
async function listChips(roots: HostRoots, drivers: DriverFiles): Promise<Chip[]> {
  const read = async (chip: string): Promise<Chip> => {
    const folder = roots.sys('class/hwmon', chip);
    return { folder, name: (await drivers.text(join(folder, 'name'))) ?? chip, address: addressOf(folder) };
  };
  const found = (
    await Promise.all(listFolder(roots.sys('class/hwmon')).map((chip) => undefinedIfUnanswered(read(chip))))
  ).filter((chip) => chip !== undefined);
  return found.map((chip) => ({
    ...chip,
    address: found.filter(({ name }) => name === chip.name).length > 1 ? chip.address : '',
  }));
}

function addressOf(folder: string): string {
  try {
    return basename(realpathSync(join(folder, 'device')));
  } catch {
    return basename(folder);
  }
}

/** One sensor's value, or why there is none. */
async function answerOf(asked: Promise<number | undefined>): Promise<Pick<HwmonSensor, 'value' | 'error'>> {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof NoAnswerError) return { error };
    throw error;
  }
}

async function channelsOf(
  { folder, name, address }: Chip,
  drivers: DriverFiles,
  kind: 'temp' | 'fan',
  value: (raw: number) => number | undefined,
): Promise<HwmonSensor[]> {
  const input = new RegExp(`^(${kind}\\d+)_input$`);
  const files = listFolder(folder);
  const named = files
    .flatMap((file) => input.exec(file)?.[1] ?? [])
    .map(async (channel) => ({
      channel,
      own: (files.includes(`${channel}_label`) && (await drivers.text(join(folder, `${channel}_label`)))) || channel,
    }));
  const channels = (await Promise.all(named.map(undefinedIfUnanswered))).filter((channel) => channel !== undefined);
  const read = async (channel: string) => {
    const faulty = files.includes(`${channel}_fault`) && (await drivers.number(join(folder, `${channel}_fault`))) === 1;
    const raw = faulty ? undefined : await drivers.number(join(folder, `${channel}_input`));
    return raw === undefined ? undefined : value(raw);
  };
  return Promise.all(
    channels.map(async ({ channel, own }): Promise<HwmonSensor> => {
      // Some chips have one label for several sensors (dell_smm has “Other”).
      const label = channels.filter((other) => other.own === own).length > 1 ? `${own} ${channel}` : own;
      return {
        id: [name, address, label].filter(Boolean).join(' '),
        chip: name,
        label,
        ...(await answerOf(read(channel))),
      };
    }),
  );
}

/** Thermal zones tell what has no hwmon chip: many boards' processors. */
async function readThermalZones(roots: HostRoots, drivers: DriverFiles): Promise<HwmonSensor[]> {
  const read = async (zone: string): Promise<HwmonSensor> => {
    const chip = (await drivers.text(roots.sys('class/thermal', zone, 'type'))) ?? zone;
    const temperature = drivers
      .number(roots.sys('class/thermal', zone, 'temp'))
      .then((raw) => (raw === undefined ? undefined : plausibleCelsius(raw)));
    return { id: `${chip} zone`, chip: chip.replaceAll('-', '_'), label: zone, ...(await answerOf(temperature)) };
  };
  const names = listFolder(roots.sys('class/thermal')).filter((name) => name.startsWith('thermal_zone'));
  return (await Promise.all(names.map((zone) => undefinedIfUnanswered(read(zone))))).filter(
    (zone) => zone !== undefined,
  );
}

export async function readSensors(roots: HostRoots, drivers: DriverFiles): Promise<HostSensors> {
  const found = (await listChips(roots, drivers)).filter(({ name }) => !driveChips.has(name));
  const all = async (kind: 'temp' | 'fan', value: (raw: number) => number | undefined) =>
    (await Promise.all(found.map((chip) => channelsOf(chip, drivers, kind, value)))).flat();
  const temperatures = (await all('temp', plausibleCelsius)).filter(
    ({ value, error }) => value !== undefined || error !== undefined,
  );
  const readable = [
    ...temperatures,
    ...(await readThermalZones(roots, drivers)).filter(
      ({ value, error }) => value !== undefined || error !== undefined,
    ),
  ];
  const best =
    processorSensors
      .map(([chip, label]) => readable.filter((sensor) => chip.test(sensor.chip) && label.test(sensor.label)))
      .find((found) => found.length > 0) ?? [];
  const hottest = Math.max(...best.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  return {
    cpu: Number.isFinite(hottest) ? hottest : undefined,
    temperatures: temperatures.filter((sensor) => !best.includes(sensor)),
    fans: await all('fan', (raw) => raw),
  };
}
