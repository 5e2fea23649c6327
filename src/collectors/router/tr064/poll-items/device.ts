import { fritzOsVersion } from '../box-device.ts';
import type { PollItem } from '../poll-item.ts';

/** Asked first: the box’s log comes along each time, so it is rarely. */
export const devicePollItem: PollItem = {
  intervalSeconds: 300,
  async read(box) {
    const info = await box.ask('DeviceInfo1', 'GetInfo');
    const seconds = info?.count('UpTime');
    return { bootedAt: seconds === undefined ? undefined : new Date(box.now() - seconds * 1000) };
  },
};

export const updatePollItem: PollItem = {
  intervalSeconds: 3600,
  async read(box) {
    const installed = fritzOsVersion((await box.ask('DeviceInfo1', 'GetInfo'))?.text('SoftwareVersion'));
    const info = await box.ask('UserInterface1', 'GetInfo');
    const isOffered = info?.flag('UpgradeAvailable');
    if (installed === undefined || isOffered === undefined) return {};
    return {
      update: {
        installed,
        latest: (isOffered ? fritzOsVersion(info?.text('X_AVM-DE_Version')) : undefined) ?? installed,
      },
    };
  },
};
