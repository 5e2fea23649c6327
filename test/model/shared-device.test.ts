import { expect, test } from 'vitest';
import { isUniqueMacAddress } from '../../src/model/shared-device.ts';

test.each([
  ['VRRP', '00:00:5E:00:01:0A'],
  ['VRRP over IPv6', '00:00:5e:00:02:01'],
  ['HSRP', '00:00:0C:07:AC:01'],
  ['HSRP 2', '00:00:0C:9F:F0:01'],
  ['HSRP over IPv6', '00:05:73:A0:00:01'],
  ['GLBP', '00:07:B4:00:01:01'],
  ['a bridge of Docker', '02:42:AC:11:00:01'],
])('%s: %s is that of many machines', (_, address) => expect(isUniqueMacAddress(address)).toBe(false));

test.each(['00:00:5E:00:53:01', '00:00:0C:07:AD:01', 'AA:BB:CC:00:11:22', '52:54:00:12:34:56'])(
  '%s is that of one machine',
  (address) => expect(isUniqueMacAddress(address)).toBe(true),
);
