import type { Subject } from '../subject.ts';
import { osVersion } from '../version.ts';

/** Asked first: the box’s log comes along each time, so it is rarely. */
export const device: Subject = {
  every: 300,
  async read(box) {
    const told = await box.ask('DeviceInfo1', 'GetInfo');
    const seconds = told?.count('UpTime');
    return { bootedAt: seconds === undefined ? undefined : new Date(box.now() - seconds * 1000) };
  },
};

export const update: Subject = {
  every: 3600,
  async read(box) {
    const installed = osVersion((await box.ask('DeviceInfo1', 'GetInfo'))?.text('SoftwareVersion'));
    const told = await box.ask('UserInterface1', 'GetInfo');
    const isOffered = told?.flag('UpgradeAvailable');
    if (installed === undefined || isOffered === undefined) return {};
    return { update: { installed, latest: (isOffered ? osVersion(told?.text('X_AVM-DE_Version')) : undefined) ?? installed } };
  },
};
