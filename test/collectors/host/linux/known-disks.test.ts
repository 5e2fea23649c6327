import { expect, test } from 'vitest';
import type { DiskIdentity } from '../../../../src/collectors/host/linux/disk-identity.ts';
import {
  assignStableDiskIds,
  type KnownDisks,
  knownDisksMemoryFormat,
} from '../../../../src/collectors/host/linux/known-disks.ts';

const identify = (present: Record<string, DiskIdentity>, known?: KnownDisks) => {
  const result = assignStableDiskIds(new Map(Object.entries(present)), known);
  return { ids: Object.fromEntries(result.ids), known: result.known };
};
const A = { serial: 'WD-A1', wwid: 'naa.5a' };
const B = { serial: 'WD-B2', wwid: 'naa.5b' };

test('at the first start disks have their kernel names, later those that they had first', () => {
  const first = identify({ sda: A, sdb: B });
  expect(first.ids).toEqual({ sda: 'sda', sdb: 'sdb' });
  const swapped = identify({ sda: B, sdb: A }, first.known);
  expect(swapped.ids).toEqual({ sda: 'sdb', sdb: 'sda' });
  expect(swapped.known).toEqual(first.known);
});
test('a new disk has its serial number, and keeps it when it comes back', () => {
  const { known } = identify({ sda: A });
  const added = identify({ sda: B, sdb: A }, known);
  expect(added.ids).toEqual({ sda: 'WD-B2', sdb: 'sda' });
  expect(identify({ sda: A }, added.known).ids).toEqual({ sda: 'sda' });
  expect(identify({ sdc: B }, added.known).ids).toEqual({ sdc: 'WD-B2' });
});
test('the serial number or the WWID is enough, as behind another controller', () => {
  const { known } = identify({ sda: A });
  const elsewhere = identify({ sdb: { serial: 'WD-A1', wwid: 't10.usb' } }, known);
  expect(elsewhere.ids).toEqual({ sdb: 'sda' });
  expect(elsewhere.known.disks).toEqual([{ id: 'sda', serial: 'WD-A1', wwid: 't10.usb' }]);
  expect(identify({ sdb: { wwid: 'naa.5a' } }, known).ids).toEqual({ sdb: 'sda' });
});
test('a number that two disks share tells nothing', () => {
  const dock = { serial: '0123456789' };
  expect(identify({ sda: dock, sdb: dock }, { disks: [] }).ids).toEqual({ sda: 'sda', sdb: 'sdb' });
  const namespaces = { nvme0n1: { serial: 'S1', wwid: 'eui.1' }, nvme0n2: { serial: 'S1', wwid: 'eui.2' } };
  expect(identify(namespaces, { disks: [] }).ids).toEqual({ nvme0n1: 'eui.1', nvme0n2: 'eui.2' });
});
test('a disk without a number does not take the name of a known one', () => {
  const { known } = identify({ sda: A });
  expect(identify({ sda: {}, sdb: {} }, known).ids).toEqual({ sda: 'sda unidentified', sdb: 'sdb' });
  expect(identify({ vda: {} }).ids).toEqual({ vda: 'vda' });
});
test('a serial number that is another disk’s id', () => {
  const known = { disks: [{ id: 'WD-A1', serial: 'other' }] };
  expect(identify({ sda: A, sdb: { serial: 'WD_A1' } }, known).ids).toEqual({ sda: 'naa.5a', sdb: 'sdb' });
});
test('the absent are forgotten at some time, the present never', () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`sd${index}`, { serial: `S${index}x` }]));
  const { known } = identify(many);
  expect(known.disks).toHaveLength(150);
  expect(identify(many, known).known).toEqual(known);
  expect(identify({ sda: A }, known).known.disks).toHaveLength(101);
});
test('memories are merged by disk and id; an invalid disk does not affect the others', () => {
  const { parse, merge } = knownDisksMemoryFormat;
  expect(parse({ disks: [{ id: 'sda', serial: 'S' }, { id: 1 }, 'x', { id: '' }] })).toEqual({
    disks: [{ id: 'sda', serial: 'S' }],
  });
  expect(parse({ disks: 1 })).toBeUndefined();
  expect(parse('x')).toBeUndefined();
  const ours = { disks: [{ id: 'sda', ...A }] };
  const theirs = {
    disks: [
      { id: 'sda', ...B },
      { id: 'sdb', ...A },
      { id: 'sdc', serial: 'C3' },
    ],
  };
  expect(merge(ours, theirs)).toEqual({
    disks: [
      { id: 'sdc', serial: 'C3' },
      { id: 'sda', ...A },
    ],
  });
});
