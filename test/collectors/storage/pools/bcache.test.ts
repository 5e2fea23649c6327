import { expect, test } from 'vitest';
import { slug } from '../../../../src/model/naming.ts';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { saidOf, sda, sdb, virtual, watchPools } from './machine.ts';

/** A bcache device called `bcache0`, whose backing device is sda; its cache is sdb, if it has one. */
const bcache = (state: string, files: Record<string, string> = {}, hasCache = true): MachineSnapshot => ({
  ...sda,
  ...virtual('bcache0', '251:0', ['sda']),
  '/sys/block/bcache0/bcache': '-> ../../../pci0/ata0/block/sda/bcache',
  ...Object.fromEntries(
    Object.entries({
      state,
      cache_mode: 'writethrough [writeback] writearound none',
      dirty_data: '1.5M',
      io_errors: '0',
      backing_dev_uuid: '0cf3f52c-a953-47bc-9db5-b0dd55e2fa95',
      label: 'media',
      ...files,
    }).map(([name, content]) => [`/sys/block/sda/bcache/${name}`, content]),
  ),
  ...(hasCache
    ? {
        ...sdb,
        '/sys/block/sda/bcache/cache': '-> ../../../../../../fs/bcache/set',
        '/sys/fs/bcache/set/cache0': '-> ../../../devices/pci0/ata16/block/sdb/bcache',
      }
    : {}),
  '/proc/self/mountinfo': '37 29 251:0 / /media rw - ext4 /dev/bcache0 rw\n',
});

test('a device has its UUID, its mode, what is only in its cache, and members', async () => {
  const machine = watchPools();
  const [pool] = await machine.see(bcache('dirty'));
  expect(pool).toMatchObject({
    name: 'nas bcache media',
    id: '0cf3f52c-a953-47bc-9db5-b0dd55e2fa95',
    findings: [],
    reading: { problem: false, state: 'dirty', layout: 'writeback', dirtyBytes: 1572864, mounts: ['/media'] },
  });
  expect(pool?.members.map(({ id, role }) => [id, role])).toEqual([
    ['LAB-1', 'active'],
    ['LAB-2', 'cache'],
  ]);
  expect(machine.reader.dependentsOf('LAB-1')?.()).toBe('the only member of media; if it dies, /media is lost');
});

test.each([
  ['clean', false, []],
  ['dirty', false, []],
  ['no cache', false, []],
  ['inconsistent', true, ['inconsistent']],
  ['bemused', undefined, []],
])('the state %s', async (state, problem, keys) => {
  const [pool] = await watchPools().see(bcache(state));
  expect([pool?.reading.problem, pool?.findings.map(({ key }) => key)]).toEqual([problem, keys]);
});

test('a device that never had a cache is well', async () => {
  const [pool] = await watchPools().see(bcache('no cache', { dirty_data: '0.0k' }, false));
  expect([pool?.findings, pool?.reading.dirtyBytes]).toEqual([[], 0]);
});

test('a cache that is gone is told until it is acknowledged', async () => {
  const machine = watchPools();
  await machine.see(bcache('clean'));
  const gone = bcache('no cache', {}, false);
  expect(saidOf(await machine.see(gone))).toEqual([
    'nas bcache media: notice: without its cache: DISK 4T (serial LAB-2, ata-16, was sdb) is gone or detached',
  ]);
  expect(machine.reader.acknowledge(slug('0cf3f52c-a953-47bc-9db5-b0dd55e2fa95'))).toBe(true);
  expect(saidOf(await machine.see(gone))).toEqual([]);
});

test.each([
  ['clean', 'notice: its cache is gone: DISK 4T (serial LAB-2, ata-16, was sdb); nothing is lost with it'],
  [
    'dirty',
    'data_at_risk: its cache is gone, with data that are not on the backing device: DISK 4T (serial LAB-2, ata-16, was sdb); /media is affected',
  ],
])('a cache that is pulled while the kernel still says %s is named as long as it is away', async (state, said) => {
  const machine = watchPools();
  await machine.see(bcache(state));
  const names = Object.keys(sdb);
  const pulled = Object.fromEntries(Object.entries(bcache(state)).filter(([path]) => !names.includes(path)));
  for (let reading = 0; reading < 3; reading += 1)
    expect(saidOf(await machine.see(pulled))).toEqual([`nas bcache media: ${said}`]);
  expect(saidOf(await machine.see(bcache(state)))).toEqual([]);
});

test('errors of the backing device that are new are told', async () => {
  const machine = watchPools();
  expect((await machine.see(bcache('clean', { io_errors: '4' })))[0]?.findings).toEqual([]);
  expect((await machine.see(bcache('clean', { io_errors: '5' })))[0]?.findings[0]?.key).toBe('member_errors');
});
