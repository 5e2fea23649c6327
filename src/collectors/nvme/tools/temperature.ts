/** Drives without a sensor say 0 K, and inputs that are not connected stand at an end of their scale. */
const withinSensorRange = (celsius: number) => (celsius >= -73 && celsius <= 147 ? celsius : undefined);

/** All of nvme-cli's JSON is in kelvins, rounded as the drives' makers do: 273, not 273.15. */
export const celsiusFromKelvin = (kelvin: number | undefined): number | undefined =>
  kelvin === undefined ? undefined : withinSensorRange(kelvin - 273);

export const plausibleCelsius = (celsius: number | undefined): number | undefined =>
  celsius === undefined ? undefined : withinSensorRange(celsius);

/** hwmon tells thousandths, made from whole kelvins by the exact 273.15. */
export const celsiusFromMillidegrees = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : withinSensorRange(Math.round(value / 1000));
