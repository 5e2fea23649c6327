import { expect, test } from 'vitest';
import { announcedMacAddress } from '../../src/mqtt/claim-topics.ts';

const announcement = (...connections: string[][]) =>
  JSON.stringify({ device: { identifiers: ['x'], connections }, origin: {}, components: {} });

test.each([
  [announcement(['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  [announcement(['mac', '00:00:5E:00:01:07']), undefined],
  [announcement(['upnp', 'uuid:1'], ['mac', '00:00:0C:07:AC:01'], ['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  [announcement(['upnp', 'uuid:1']), undefined],
  [announcement(['mac'], ['mac', 'AA:BB:CC:00:11:22']), 'AA:BB:CC:00:11:22'],
  ['{', undefined],
  [undefined, undefined],
])('the address that identifies the device of %s', (payload, address) =>
  expect(announcedMacAddress(payload)).toBe(address),
);
