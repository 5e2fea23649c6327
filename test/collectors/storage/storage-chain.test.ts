import { expect, test } from 'vitest';
import { PoolsReader } from '../../../src/collectors/storage/pools/pools-reader.ts';
import type { Device } from '../../../src/model/device.ts';
import { expandSnapshot, type MachineSnapshot } from '../../helpers/machine-snapshot.ts';
import { memory } from '../../helpers/memory.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { array, sda, sdb, sdc, virtual, watchPools } from './pools/machine.ts';

const fsid = '6f1e9f6e-2d28-4b41-9d2c-0f9d1d0a7b11';
const btrfs = (...devices: string[]): MachineSnapshot => ({
  [`/sys/fs/btrfs/${fsid}/label`]: 'media\n',
  ...Object.fromEntries(
    devices.map((name) => [`/sys/fs/btrfs/${fsid}/devices/${name}`, `-> ../../../../devices/virtual/block/${name}`]),
  ),
});
const mounts = (...lines: string[]) => ({ '/proc/self/mountinfo': `${lines.join('\n')}\n` });
const whole = (name: string, state = 'in_sync') => ({ [name]: { state } });

/** Device → what it lies on → where it is mounted. */
async function chain(...snapshots: MachineSnapshot[]) {
  const machine = watchPools();
  let seen: Awaited<ReturnType<typeof machine.see>> = [];
  for (const snapshot of snapshots) seen = await machine.see(snapshot);
  const drive = (id: string) => machine.reader.deviceWithMounts({ id, name: id } satisfies Device).mounts;
  return {
    pools: seen.map(({ device: { name, liesOn, mounts: points } }) => [name, liesOn, points]),
    gone: seen[0]?.device.goneBelow,
    drive,
  };
}

test('an array lies on its drives, and what is mounted on it is not on them', async () => {
  const { pools, drive } = await chain({
    ...sda,
    ...sdb,
    ...array({ sda: {}, sdb: { slot: '1' } }),
    ...mounts('37 29 9:127 / /srv rw - ext4 /dev/md127 rw', '38 29 8:0 / /boot rw - ext4 /dev/sda rw'),
  });
  expect(pools).toEqual([['nas RAID srv', ['LAB-1', 'LAB-2'], ['/srv']]]);
  expect([drive('LAB-1'), drive('LAB-2'), drive('LAB-9')]).toEqual([['/boot'], [], []]);
});

test('layers between are no links: encryption on a drive and on an array', async () => {
  const { pools, drive } = await chain({
    ...sda,
    ...sdb,
    ...sdc,
    ...array({ sda: {}, sdb: { slot: '1' } }),
    ...virtual('dm-0', '252:0', ['md127']),
    ...virtual('dm-1', '252:1', ['sdc']),
    ...mounts('37 29 252:0 / /srv rw - ext4 /dev/dm-0 rw', '38 29 252:1 / /home rw - ext4 /dev/dm-1 rw'),
  });
  expect(pools).toEqual([['nas RAID srv', ['LAB-1', 'LAB-2'], ['/srv']]]);
  expect(drive('LAB-3')).toEqual(['/home']);
});

test('a pool on a pool lies on that, not on its drives', async () => {
  const { pools } = await chain({
    ...sda,
    ...sdb,
    ...sdc,
    ...array({ sda: {}, sdb: { slot: '1' } }),
    ...btrfs('md127', 'sdc'),
    ...mounts('37 29 0:50 / /media rw - btrfs /dev/md127 rw'),
  });
  expect(pools).toEqual([
    ['nas RAID srv', ['LAB-1', 'LAB-2'], []],
    ['nas Btrfs media', ['LAB-3', 'cd712c29-6734-98cb-2117-09b372bd0470'], ['/media']],
  ]);
});

test('a drive that failed, and one that is gone, still belong to their array', async () => {
  const healthy = { ...sda, ...sdb, ...array({ ...whole('sda'), sdb: { slot: '1' } }) };
  const failed = array({ ...whole('sda'), sdb: { state: 'faulty', slot: 'none' } }, { degraded: '1' });
  expect((await chain(healthy, { ...sda, ...sdb, ...failed })).pools[0]?.[1]).toEqual(['LAB-1', 'LAB-2']);
  expect((await chain(healthy, { ...sda, ...array(whole('sda'), { degraded: '1' }) })).pools[0]?.[1]).toEqual([
    'LAB-1',
    'LAB-2',
  ]);
});

test('a drive is gone when it was pulled, not while it has failed or was taken out of the array', async () => {
  const healthy = { ...sda, ...sdb, ...array({ ...whole('sda'), sdb: { slot: '1' } }) };
  const failed = array({ ...whole('sda'), sdb: { state: 'faulty', slot: 'none' } }, { degraded: '1' });
  const alone = array(whole('sda'), { degraded: '1' });
  expect((await chain(healthy)).gone).toEqual([]);
  expect((await chain(healthy, { ...sda, ...sdb, ...failed })).gone).toEqual([]);
  expect((await chain(healthy, { ...sda, ...sdb, ...alone })).gone).toEqual([]);
  expect((await chain(healthy, { ...sda, ...alone })).gone).toEqual(['LAB-2']);
});

test('what hangs on a drive is known to who waits for the first reading', async () => {
  const reader = new PoolsReader(agent, memory(), expandSnapshot({ ...sda, ...array({ sda: {} }, { degraded: '1' }) }));
  expect(reader.dependentsOf('LAB-1')).toBeUndefined();
  await reader.waitForFirstReading();
  expect(reader.dependentsOf('LAB-1')?.()).toBe('the only member of srv; if it dies, /srv is lost');
});
