import { expect, test } from 'vitest';
import { storageDriveFindingsWithDependents } from '../../../src/collectors/storage/drives/drive-problems.ts';
import type { StorageDriveReading } from '../../../src/collectors/storage/drives/drive-reading.ts';
import { driveFindings } from '../../../src/collectors/storage/nvme/problems.ts';
import type { DriveReading } from '../../../src/collectors/storage/nvme/reading.ts';
import type { MachineSnapshot } from '../../helpers/machine-snapshot.ts';
import { array, sda, sdb, sdc, virtual, watchPools } from './pools/machine.ts';

async function dependents(snapshot: MachineSnapshot, drive: string): Promise<string | undefined> {
  const machine = watchPools();
  await machine.see(snapshot);
  return machine.reader.dependentsOf(drive)?.();
}

const mounts = (...lines: string[]) => ({ '/proc/self/mountinfo': `${lines.join('\n')}\n` });
const nvme: DriveReading = { source: 'sysfs', sensors: [], limits: {} };
const mirror = array({ sda: {}, sdb: { slot: '1' } });

test('one of two mirrors', async () =>
  expect(await dependents({ ...sda, ...sdb, ...mirror }, 'LAB-2')).toBe(
    'one of 2 members of srv; if it dies, /srv goes on, degraded',
  ));

test('the last good copy', async () =>
  expect(await dependents({ ...sda, ...array({ sda: {} }, { degraded: '1' }) }, 'LAB-1')).toBe(
    'the only member of srv; if it dies, /srv is lost',
  ));

test('a spare', async () => {
  const members = { sda: {}, sdb: { slot: '1' }, sdc: { state: 'spare', slot: 'none' } };
  expect(await dependents({ ...sda, ...sdb, ...sdc, ...array(members) }, 'LAB-3')).toBe('a spare of srv');
});

test('a plain file system through encryption, and swap', async () => {
  const machine = {
    ...sda,
    ...virtual('dm-0', '252:0', ['sda']),
    ...mounts('37 29 252:0 / /home rw - ext4 /dev/mapper/home rw'),
    '/proc/swaps': 'Filename Type Size Used Priority\n/dev/dm-0 partition 1 0 -2\n',
  };
  expect(await dependents(machine, 'LAB-1')).toBe('if it dies, /home and swap are lost');
});

test('a volume on a mirror and on a single drive is lost with the single drive only', async () => {
  const machine = {
    ...sda,
    ...sdb,
    ...sdc,
    ...mirror,
    ...virtual('dm-0', '252:0', ['md127', 'sdc']),
    ...mounts('37 29 252:0 / /data rw - ext4 /dev/mapper/data rw'),
  };
  expect(await dependents(machine, 'LAB-1')).toBe('one of 2 members of srv; if it dies, /data goes on, degraded');
  expect(await dependents(machine, 'LAB-3')).toBe('if it dies, /data is lost');
});

const volume = (name: string, number: string, mapping: string, slaves: string[]) => ({
  ...virtual(name, number, slaves),
  [`/sys/block/${name}/dm/name`]: mapping,
  [`/sys/block/${name}/dm/uuid`]: `LVM-${name}`,
});
const srv = mounts('37 29 252:9 / /srv rw - ext4 /dev/mapper/vg-srv rw');

test.each([
  ['RAID', '_rimage_0', '_rimage_1'],
  ['a mirror', '_mimage_0', '_mimage_1'],
])('what becomes of %s of LVM that loses a leg is not known', async (_, first, second) => {
  const machine = {
    ...sda,
    ...sdb,
    ...volume('dm-0', '252:0', `vg-srv${first}`, ['sda']),
    ...volume('dm-1', '252:1', `vg-srv${second}`, ['sdb']),
    ...volume('dm-9', '252:9', 'vg-srv', ['dm-0', 'dm-1']),
    ...srv,
  };
  expect(await dependents(machine, 'LAB-1')).toBe('if it dies, what becomes of /srv is not known');
});

test('a cached volume of LVM is lost with its origin; what the loss of the cache does is not known', async () => {
  const machine = {
    ...sda,
    ...sdb,
    ...volume('dm-0', '252:0', 'vg-srv_corig', ['sda']),
    ...volume('dm-1', '252:1', 'vg-fast_cpool_cdata', ['sdb']),
    ...volume('dm-2', '252:2', 'vg-fast_cpool_cmeta', ['sdb']),
    ...volume('dm-9', '252:9', 'vg-srv', ['dm-0', 'dm-1', 'dm-2']),
    ...srv,
  };
  expect(await dependents(machine, 'LAB-1')).toBe('if it dies, /srv is lost');
  expect(await dependents(machine, 'LAB-2')).toBe('if it dies, what becomes of /srv is not known');
});

test.each([
  ['clean', 'a cache of bcache0'],
  ['dirty', 'a cache of bcache0; if it dies, /srv is lost'],
  ['inconsistent', 'a cache of bcache0; if it dies, what becomes of /srv is not known'],
])('the cache of a bcache device that is %s', async (state, expected) => {
  const machine = {
    ...sda,
    ...sdb,
    ...virtual('bcache0', '252:9', ['sda']),
    '/sys/block/bcache0/bcache': '-> ../../../pci0/ata0/block/sda/bcache',
    '/sys/block/sda/bcache/cache': '-> ../../../../../../fs/bcache/set',
    '/sys/block/sda/bcache/state': `${state}\n`,
    '/sys/fs/bcache/set/cache0': '-> ../../../devices/pci0/ata16/block/sdb/bcache',
    ...srv,
  };
  expect(await dependents(machine, 'LAB-2')).toBe(expected);
  expect(await dependents(machine, 'LAB-1')).toBe('the only member of bcache0; if it dies, /srv is lost');
});

test('nothing', async () => expect(await dependents({ ...sda, ...sdc, ...mirror }, 'LAB-3')).toBeUndefined());

test('a drive that puts data at risk says what hangs on it', () => {
  const reading = { kernelState: 'offline', reallocatedInWeek: 0, dependents: () => 'if it dies, /srv is lost' };
  const [offline] = storageDriveFindingsWithDependents(reading as unknown as StorageDriveReading, new Map());
  expect(offline).toMatchObject({
    key: 'offline',
    text: expect.stringMatching(/no longer answers; if it dies, \/srv is lost$/),
  });
});

test('so does an NVMe drive', () => {
  const reading: DriveReading = {
    ...nvme,
    problem: true,
    reason: () => 'read-only',
    dependents: () => 'if it dies, / is lost',
  };
  expect(driveFindings(reading, new Map())[0]).toMatchObject({ text: 'read-only; if it dies, / is lost' });
  expect(driveFindings({ ...reading, dependents: undefined }, new Map())[0]).toMatchObject({ text: 'read-only' });
});
