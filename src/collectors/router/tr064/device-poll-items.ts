import { fritzOsVersionWithoutHardware } from './fritz-box-properties.ts';
import type { PollItem } from './reading.ts';

/** Read rarely, because each answer includes the whole log of the FRITZ!Box. */
export const devicePollItem: PollItem = {
  intervalSeconds: 300,
  async read(client) {
    const info = await client.call('DeviceInfo1', 'GetInfo');
    const seconds = info?.count('UpTime');
    return { bootedAt: seconds === undefined ? undefined : new Date(client.now() - seconds * 1000) };
  },
};

export const updatePollItem: PollItem = {
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
