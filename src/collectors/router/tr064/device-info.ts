import type { UpnpDescription } from '../../../lib/upnp/description.ts';
import type { FritzBoxProperties, PollItem } from './reading.ts';

/** Converts a MAC address in any notation to `AA:BB:CC:00:11:22`; undefined if the text is none. */
export function normalizeMacAddress(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[:.\s-]/g, '').toUpperCase() ?? '';
  return /^[\dA-F]{12}$/.test(digits) ? digits.replace(/..(?=.)/g, '$&:') : undefined;
}

/** The version of FRITZ!OS without the number of the hardware: `154.08.02` is version 8.02 for hardware 154. */
export const fritzOsVersionWithoutHardware = (text: string | undefined): string | undefined =>
  text?.replace(/^\d+\.0?(?=\d+\.\d)/, '');

/** Whether a device says of itself that it is a FRITZ!Box. The manufacturer was AVM until 2025. */
export const isFritzBox = ({ manufacturer = '' }: UpnpDescription): boolean => /^(AVM|FRITZ!)/i.test(manufacturer);

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

/** Read rarely, because each answer includes the whole log of the FRITZ!Box. */
export const bootTimePollItem: PollItem = {
  intervalSeconds: 300,
  async read(client) {
    const info = await client.call('DeviceInfo1', 'GetInfo');
    const seconds = info?.count('UpTime');
    return { bootedAt: seconds === undefined ? undefined : new Date(client.now() - seconds * 1000) };
  },
};

export const firmwareUpdatePollItem: PollItem = {
  intervalSeconds: 3600,
  async read(client) {
    const installed = fritzOsVersionWithoutHardware(
      (await client.call('DeviceInfo1', 'GetInfo'))?.text('SoftwareVersion'),
    );
    const info = await client.call('UserInterface1', 'GetInfo');
    const isOffered = info?.flag('UpgradeAvailable');
    if (installed === undefined || isOffered === undefined) return {};
    return {
      update: {
        installed,
        latest: (isOffered ? fritzOsVersionWithoutHardware(info?.text('X_AVM-DE_Version')) : undefined) ?? installed,
      },
    };
  },
};
