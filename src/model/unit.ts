/** Home Assistant's device classes for quantities, each with the allowed units that this project uses
 * (homeassistant/components/sensor/const.py, DEVICE_CLASS_UNITS; test/catalogue.test.ts compares them with that table).
 * */
export interface UnitsByDeviceClass {
  temperature: '°C';
  data_size: 'B' | 'kB' | 'MB' | 'GB' | 'TB' | 'MiB' | 'GiB';
  data_rate: 'B/s' | 'kB/s' | 'MB/s' | 'kbit/s' | 'Mbit/s';
  duration: 'ms' | 's' | 'min' | 'h' | 'd';
  frequency: 'Hz' | 'MHz' | 'GHz';
  signal_strength: 'dB' | 'dBm';
}

/** Units of metrics without a device class. */
export type UnitWithoutClass = '%' | 'rpm' | 'K' | '1/min';

/** A device class with one of its units, or no device class. */
export type DeviceClassWithUnit =
  | {
      [Class in keyof UnitsByDeviceClass]: { deviceClass: Class; unit: UnitsByDeviceClass[Class] };
    }[keyof UnitsByDeviceClass]
  | { deviceClass?: never; unit?: UnitWithoutClass };

/** Device classes of binary sensors; `true` means connected, problem, running, home. */
export type BinarySensorClass = 'connectivity' | 'problem' | 'running' | 'presence';
