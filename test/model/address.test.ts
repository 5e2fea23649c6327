import { expect, test } from 'vitest';
import {
  agentDeviceAddress,
  buildPartAddress,
  collectorDeviceAddress,
  parsePartSegment,
  partAddressWithHash,
  pathBelowCollector,
} from '../../src/model/address.ts';

const device = { id: 'NAS', name: 'NAS' };
const part = { id: '/mnt/a', name: 'A' };

test('the path of a part is below its device', () => {
  expect(pathBelowCollector(collectorDeviceAddress('host', device))).toBe('nas');
  expect(pathBelowCollector(buildPartAddress('host', device, 'filesystem', part))).toBe('nas/filesystem_mnt_a');
});

test('the device of an agent whose ID has a hash', () =>
  expect(agentDeviceAddress('long_name__0a1b2c')).toEqual({ collector: 'agent', device: 'long_name_0a1b2c' }));

test('a part whose address is in use gets a hash of its id', () => {
  const address = buildPartAddress('host', device, 'filesystem', part);
  expect(pathBelowCollector(partAddressWithHash(address, part))).toBe('nas/filesystem_mnt_a_f72353');
  expect(partAddressWithHash(collectorDeviceAddress('host', device), part)).toEqual(
    collectorDeviceAddress('host', device),
  );
});

test.each([
  ['filesystem_mnt_a', { table: 'filesystem', id: 'mnt_a' }],
  ['filesystem', undefined],
  ['_a', undefined],
  ['Filesystem_a', undefined],
])('the segment %s', (segment, expected) => expect(parsePartSegment(segment)).toEqual(expected));
