import type { UpnpDescription } from '../soap/upnp-description.ts';
import { parseMacAddress } from './mac-address.ts';
import type { BoxDevice } from './reading.ts';

/** The version of FRITZ!OS without the number of the hardware: `154.08.02` is version 8.02 for hardware 154. */
export const fritzOsVersion = (text: string | undefined): string | undefined =>
  text?.replace(/^\d+\.0?(?=\d+\.\d)/, '');

/** The properties of the FRITZ!Box itself. */
export function boxDeviceOf(description: UpnpDescription | undefined): BoxDevice {
  if (description === undefined) return {};
  const { friendlyName, manufacturer, model, serialNumber, firmware } = description;
  return {
    name: friendlyName ?? model,
    manufacturer,
    model,
    serialNumber: serialNumber?.replaceAll(':', ''),
    macAddress: parseMacAddress(serialNumber),
    firmware: fritzOsVersion(firmware),
  };
}
