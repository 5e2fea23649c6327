import type { DeviceView } from '../../src/views/page/device-view.ts';

/** A device of the page of which nothing is known but `more`. */
export const deviceView = (more: Partial<DeviceView> = {}): DeviceView => ({
  id: 'x',
  kind: 'Drive',
  name: 'x',
  fullName: 'x',
  problems: [],
  numbers: [],
  uptimes: [],
  facts: [],
  parts: [],
  ...more,
});
