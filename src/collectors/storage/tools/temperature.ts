/** Undefined for 0 K, which drives without a sensor report, and for the end of the range, which unconnected inputs
 * report. */
const withinSensorRange = (celsius: number) => (celsius >= -73 && celsius <= 147 ? celsius : undefined);

/** nvme-cli reports kelvins. The offset is 273 rather than 273.15, as the vendors of drives round it. */
export const plausibleCelsiusFromKelvin = (kelvin: number | undefined): number | undefined =>
  kelvin === undefined ? undefined : withinSensorRange(kelvin - 273);

export const plausibleCelsius = (celsius: number | undefined): number | undefined =>
  celsius === undefined ? undefined : withinSensorRange(celsius);

/** ATA and SCSI drives report a byte, of which 0, its ends and all ones stand for none. */
export const plausibleCelsiusFromByte = (celsius: number | undefined): number | undefined =>
  celsius === undefined || celsius <= -128 || celsius >= 127 || celsius === 0 || celsius === -1 ? undefined : celsius;

/** hwmon reports thousandths, converted from whole kelvins with the exact 273.15. */
export const plausibleCelsiusFromMillidegrees = (millidegrees: number | undefined): number | undefined =>
  millidegrees === undefined ? undefined : withinSensorRange(Math.round(millidegrees / 1000));
