import type { UpnpDescription } from '../soap/upnp-description.ts';
import { normalizeMacAddress } from './mac-address.ts';
import type { FritzBoxProperties } from './reading.ts';

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
