/** Home Assistant's device classes for quantities, each with the allowed units that this project uses
 * (homeassistant/components/sensor/const.py, DEVICE_CLASS_UNITS; test/catalogue.test.ts compares them with that
 * table). */
export interface UnitsByDeviceClass {
  temperature: '°C';
  data_size: 'B' | 'kB' | 'MB' | 'GB' | 'TB' | 'MiB' | 'GiB';
  data_rate: 'B/s' | 'kB/s' | 'MB/s' | 'bit/s' | 'kbit/s' | 'Mbit/s';
  duration: 'ms' | 's' | 'min' | 'h' | 'd';
  frequency: 'Hz' | 'MHz' | 'GHz';
  signal_strength: 'dB' | 'dBm';
}

/** Units of metrics without a device class. */
export type UnitWithoutClass = '%' | 'rpm' | 'K' | '1/min';

/** A unit in which people see a value. */
export type Unit = UnitsByDeviceClass[keyof UnitsByDeviceClass] | UnitWithoutClass;

/** A device class with one of its units, or no device class. */
export type DeviceClassWithUnit =
  | {
      [Class in keyof UnitsByDeviceClass]: { deviceClass: Class; unit: UnitsByDeviceClass[Class] };
    }[keyof UnitsByDeviceClass]
  | { deviceClass?: never; unit?: UnitWithoutClass };

/** Device classes of binary sensors; `true` means connected, problem, running, home. */
export type BinarySensorClass = 'connectivity' | 'problem' | 'running' | 'presence';

interface Range {
  least: number;
  most: number;
}

const anyNumber: Range = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
const notNegative: Range = { least: 0, most: Number.POSITIVE_INFINITY };

/** The units in which values are computed, by Prometheus's names, each with the values that are possible. */
const baseUnits = {
  celsius: { least: -273.15, most: Number.POSITIVE_INFINITY },
  // Only differences of temperatures are in kelvins.
  kelvin: anyNumber,
  ratio: { least: 0, most: 1 },
  bytes: notNegative,
  // No disk or interface of today transfers 100 GB/s.
  bytes_per_second: { least: 0, most: 1e11 },
  seconds: notNegative,
  hertz: notNegative,
  decibels: anyNumber,
  dbm: anyNumber,
  rpm: notNegative,
  per_second: notNegative,
} as const satisfies Record<string, Range>;

/** The base unit of each unit, and how many of it are one. */
const conversions: Record<Unit, readonly [base: keyof typeof baseUnits, factor: number]> = {
  '°C': ['celsius', 1],
  K: ['kelvin', 1],
  '%': ['ratio', 0.01],
  B: ['bytes', 1],
  kB: ['bytes', 1e3],
  MB: ['bytes', 1e6],
  GB: ['bytes', 1e9],
  TB: ['bytes', 1e12],
  MiB: ['bytes', 1024 ** 2],
  GiB: ['bytes', 1024 ** 3],
  'B/s': ['bytes_per_second', 1],
  'kB/s': ['bytes_per_second', 1e3],
  'MB/s': ['bytes_per_second', 1e6],
  'bit/s': ['bytes_per_second', 1 / 8],
  'kbit/s': ['bytes_per_second', 125],
  'Mbit/s': ['bytes_per_second', 125_000],
  ms: ['seconds', 0.001],
  s: ['seconds', 1],
  min: ['seconds', 60],
  h: ['seconds', 3600],
  d: ['seconds', 86_400],
  Hz: ['hertz', 1],
  MHz: ['hertz', 1e6],
  GHz: ['hertz', 1e9],
  dB: ['decibels', 1],
  dBm: ['dbm', 1],
  rpm: ['rpm', 1],
  '1/min': ['per_second', 1 / 60],
};

/** Prometheus's name of the unit's base unit. */
export const prometheusBaseUnitName = (unit: Unit): string => conversions[unit][0];

/** Factors such as 0.01 are no binary fractions: 57 * 0.01 is 0.5700000000000001. */
const roundToDoublePrecision = (value: number) => Number(value.toPrecision(15));

const factorOf = (unit: Unit | undefined) => (unit === undefined ? 1 : conversions[unit][1]);

export function fromBaseUnit(value: number, unit: Unit | undefined): number {
  const factor = factorOf(unit);
  return factor === 1 ? value : roundToDoublePrecision(value / factor);
}

export function toBaseUnit(value: number, unit: Unit | undefined): number;
export function toBaseUnit(value: number | undefined, unit: Unit | undefined): number | undefined;
export function toBaseUnit(value: number | undefined, unit: Unit | undefined): number | undefined {
  const factor = factorOf(unit);
  if (value === undefined) return undefined;
  return Number.isInteger(factor) ? value * factor : roundToDoublePrecision(value * factor);
}

const possibleRanges = new Map(
  (Object.keys(conversions) as Unit[]).map((unit): [Unit, Range] => {
    const { least, most } = baseUnits[conversions[unit][0]];
    return [unit, { least: fromBaseUnit(least, unit), most: fromBaseUnit(most, unit) }];
  }),
);

/** The values that are possible in this unit; a number without a unit is a count. */
export const possibleRangeOfUnit = (unit: Unit | undefined): Range =>
  (unit === undefined ? undefined : possibleRanges.get(unit)) ?? notNegative;
