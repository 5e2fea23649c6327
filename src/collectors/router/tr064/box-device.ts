import type { Description } from '../soap/description.ts';
import { macAddress } from './mac.ts';
import type { BoxDevice } from './reading.ts';
import { osVersion } from './version.ts';

/** What a description says of the box itself. */
export function deviceOf(description: Description | undefined): BoxDevice {
  if (description === undefined) return {};
  const { friendlyName, manufacturer, model, serialNumber, firmware } = description;
  return { name: friendlyName ?? model, manufacturer, model, serialNumber: serialNumber?.replaceAll(':', ''), macAddress: macAddress(serialNumber), firmware: osVersion(firmware) };
}
