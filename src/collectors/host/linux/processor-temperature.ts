import { join } from 'node:path';
import { type SlowSysfsFileReader, undefinedIfUnanswered } from '../../../lib/slow-sysfs-file-reader.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { type HwmonSensor, hasValueOrError, plausibleSensorCelsius, sensorValueOrError } from './hwmon-sensor.ts';
import { selectProcessorSensors } from './processor-sensors.ts';

/** Whether the trip points of a thermal zone slow the processor down
 * (Documentation/driver-api/thermal/sysfs-api.rst). */
async function coolsProcessor(zone: string, drivers: SlowSysfsFileReader): Promise<boolean> {
  const devices = drivers.list(zone).filter((name) => /^cdev\d+$/.test(name));
  const types = await Promise.all(devices.map((name) => drivers.constant(join(zone, name, 'type'))));
  return types.some((type) => /^(processor|cpu)/i.test(type ?? ''));
}

type ThermalZone = Pick<HwmonSensor, 'chip' | 'label'> & { folder: string; coolsProcessor: boolean };

/** Thermal zones, which include sensors without a hwmon chip, such as the processors of many boards. */
async function listThermalZones(roots: HostRoots, drivers: SlowSysfsFileReader): Promise<ThermalZone[]> {
  const read = async (zone: string): Promise<ThermalZone> => {
    const folder = roots.sys('class/thermal', zone);
    const type = (await drivers.constant(join(folder, 'type'))) ?? zone;
    return {
      folder,
      chip: type.replaceAll('-', '_'),
      label: zone,
      coolsProcessor: await coolsProcessor(folder, drivers),
    };
  };
  const names = drivers.list(roots.sys('class/thermal')).filter((name) => name.startsWith('thermal_zone'));
  return (await Promise.all(names.map((zone) => undefinedIfUnanswered(read(zone))))).filter(
    (zone) => zone !== undefined,
  );
}

/** The limits of processors lie in this range; a chip that has none says 0 or the end of its range. */
const isPlausibleCritical = (celsius: number) => celsius >= 60 && celsius <= 124;

/** The lowest temperature in degrees Celsius at which one of the sensors' hardware protects itself. */
export async function readLowestCriticalCelsius(
  sensors: readonly Pick<HwmonSensor, 'criticalFile'>[],
  drivers: SlowSysfsFileReader,
): Promise<number | undefined> {
  const files = sensors.flatMap(({ criticalFile }) => criticalFile ?? []);
  const values = await Promise.all(files.map((file) => undefinedIfUnanswered(drivers.number(file))));
  const limits = values.map((value) => (value ?? Number.NaN) / 1000).filter(isPlausibleCritical);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** The processor's sensors among these of chips and the thermal zones. Of the zones only those are read that could be
 * the processor's. */
export async function readProcessorSensors(
  temperatures: readonly HwmonSensor[],
  roots: HostRoots,
  drivers: SlowSysfsFileReader,
): Promise<Pick<HwmonSensor, 'value' | 'error' | 'criticalFile'>[]> {
  const rejected = new Set<ThermalZone>();
  const zones = await listThermalZones(roots, drivers);
  for (;;) {
    const selected = selectProcessorSensors<HwmonSensor | ThermalZone>([
      ...temperatures.filter(hasValueOrError),
      ...zones.filter((zone) => !rejected.has(zone)),
    ]);
    const answers = await Promise.all(
      selected.map(async (sensor) => {
        if (!('folder' in sensor)) return sensor;
        const temperature = drivers
          .number(join(sensor.folder, 'temp'))
          .then((raw) => (raw === undefined ? undefined : plausibleSensorCelsius(raw, sensor.chip)));
        const answer = await sensorValueOrError(temperature);
        if (!hasValueOrError(answer)) rejected.add(sensor);
        return answer;
      }),
    );
    if (answers.some(hasValueOrError) || selected.length === 0) return answers;
  }
}
