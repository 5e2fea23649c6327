import type { UpnpDescription } from '../../../lib/upnp/description.ts';
import type { FritzBoxProperties } from './reading.ts';

/** Converts a MAC address in any notation to `AA:BB:CC:00:11:22`; undefined if the text is none. */
export function normalizeMacAddress(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[:.\s-]/g, '').toUpperCase() ?? '';
  return /^[\dA-F]{12}$/.test(digits) ? digits.replace(/..(?=.)/g, '$&:') : undefined;
}

/** The version of FRITZ!OS without the number of the hardware: `154.08.02` is version 8.02 for hardware 154. */
export const fritzOsVersionWithoutHardware = (text: string | undefined): string | undefined =>
  text?.replace(/^\d+\.0?(?=\d+\.\d)/, '');

/** The properties of the FRITZ!Box itself. */
export function fritzBoxPropertiesOf(description: UpnpDescription | undefined): FritzBoxProperties {
  if (description === undefined) return {};
  const { friendlyName, manufacturer, model, serialNumber, firmware } = description;
  return {
    name: friendlyName ?? model,
    manufacturer,
    model,
    serialNumber: serialNumber?.replaceAll(':', ''),
    macAddress: normalizeMacAddress(serialNumber),
    firmware: fritzOsVersionWithoutHardware(firmware),
  };
}
