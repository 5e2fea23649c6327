import { expect, test } from 'vitest';
import { poolTables } from '../../../../src/collectors/storage/pools/metrics.ts';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { drive, saidOf, watchPools } from './machine.ts';

const member = (name: string, number: string, serial: string) => {
  const files = drive(name, number, serial);
  const udev = `/run/udev/data/b${number}`;
  return {
    ...files,
    [udev]: `${files[udev]}E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\nE:ID_FS_UUID=5819764768306625719\n`,
  };
};
const sda = member('sda', '8:0', 'LAB-1');
const sdb = member('sdb', '8:16', 'LAB-2');
const pool = (state: string) => ({
  '/proc/spl/kstat/zfs/tank/state': `${state}\n`,
  '/proc/spl/kstat/zfs/arcstats': 'hits 4 1\n',
  '/proc/self/mountinfo': '36 27 0:30 / /tank rw - zfs tank rw\n37 36 0:31 / /media rw - zfs tank/media rw\n',
});

test('a pool has its GUID, its members and its mounts', async () => {
  const [tank] = await watchPools().see({ ...sda, ...sdb, ...pool('ONLINE') });
  expect(tank).toMatchObject({ name: 'nas ZFS tank', id: '5819764768306625719', findings: [] });
  expect(tank?.reading).toMatchObject({ problem: false, mounts: ['/media', '/tank'], redundancyLeft: undefined });
  expect(tank?.members.map(({ id }) => id)).toEqual(['LAB-1', 'LAB-2']);
});

test('a drive that was pulled is named and blamed', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...pool('ONLINE') });
  const pools = await machine.see({ ...sda, ...pool('DEGRADED') });
  expect(saidOf(pools)).toEqual([
    'nas ZFS tank: degraded: degraded: DISK 4T (serial LAB-2, ata-16, was sdb) is gone; it holds /media and /tank',
  ]);
  expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
});

test('whether members are active is known of an online pool only, and without udev there are none to count', async () => {
  const rolesIn = async (state: string) => (await watchPools().see({ ...sda, ...pool(state) }))[0]?.members[0]?.role;
  expect([await rolesIn('ONLINE'), await rolesIn('DEGRADED'), await rolesIn('THINKING')]).toEqual([
    'active',
    'unknown',
    'unknown',
  ]);
  const count = async (snapshot: MachineSnapshot) => {
    const [tank] = await watchPools().see(snapshot);
    return tank && poolTables.pool.metrics.members?.value(tank.reading);
  };
  expect(await count({ ...sda, ...sdb, ...pool('ONLINE') })).toBe(2);
  expect(await count({ ...sda, ...sdb, ...pool('DEGRADED') })).toBeUndefined();
  expect(await count(pool('ONLINE'))).toBeUndefined();
});

test('a drive of a pool that is not online is a member, not the only one', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...pool('DEGRADED') });
  expect(machine.reader.dependentsOf('LAB-1')).toBe('a member of tank; which holds /media and /tank');
});

test('a pool that has lost all its drives is still the same', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...pool('ONLINE') });
  const [tank] = await machine.see(pool('SUSPENDED'));
  expect(tank?.id).toBe('5819764768306625719');
  expect(tank?.findings[0]?.blames).toEqual(['LAB-1', 'LAB-2']);
  const guid = { '/proc/spl/kstat/zfs/tank/guid': '5819764768306625719\n' };
  expect((await watchPools().see({ ...pool('SUSPENDED'), ...guid }))[0]?.id).toBe('5819764768306625719');
});

test.each([
  ['SUSPENDED', true, ['suspended']],
  ['FAULTED', true, ['failed']],
  ['UNAVAIL', true, ['failed']],
  ['THINKING', undefined, []],
])('%s', async (state, problem, keys) => {
  const [tank] = await watchPools().see({ ...sda, ...pool(state) });
  expect([tank?.reading.problem, tank?.findings.map(({ key }) => key)]).toEqual([problem, keys]);
});

test('OFFLINE is believed the second time', async () => {
  const machine = watchPools();
  const [first] = await machine.see({ ...sda, ...pool('OFFLINE') });
  expect([first?.reading.problem, first?.findings]).toEqual([undefined, []]);
  const [second] = await machine.see({ ...sda, ...pool('OFFLINE') });
  expect(second?.findings.map(({ key }) => key)).toEqual(['offline']);
});
