import { expect, test } from 'vitest';
import { readDiskActivity, selectWatchedAndExcludedDisks } from '../../../../src/collectors/host/linux/disks.ts';
import { CounterRateCalculator } from '../../../../src/lib/counter-rate-calculator.ts';
import { tree } from '../../../helpers/tree.ts';

const block = (name: string, files: Record<string, string> = { size: '1000', 'device/model': 'X' }) =>
  Object.fromEntries(Object.entries(files).map(([file, content]) => [`sys/block/${name}/${file}`, content]));

test('whole drives only', () => {
  const drives = ['sda', 'vda', 'nvme0n1', 'mmcblk0'].map((name) => block(name));
  const others = ['mmcblk0boot0', 'mmcblk0boot1', 'mmcblk0rpmb', 'sr0', 'fd0', 'mtdblock0'].map((name) => block(name));
  const bare = ['loop0', 'ram0', 'zram0', 'dm-0', 'md0', 'zd0'].map((name) => block(name, { size: '1000' }));
  const roots = tree(
    Object.assign(
      {},
      ...drives,
      ...others,
      ...bare,
      block('sdb', { size: '0', 'device/model': 'card reader' }),
      block('nvme0c0n1', { size: '1000', 'device/model': 'X', hidden: '1\n' }),
    ),
  );
  expect(selectWatchedAndExcludedDisks(roots, () => 'default')).toEqual({
    watched: ['mmcblk0', 'nvme0n1', 'sda', 'vda'],
    excluded: [],
  });
  expect(selectWatchedAndExcludedDisks(roots, (name) => (name === 'md0' ? 'included' : 'excluded'))).toEqual({
    watched: ['md0'],
    excluded: ['mmcblk0', 'nvme0n1', 'sda', 'vda'],
  });
});

/** What the second of these states of /proc/diskstats, two seconds after the first, says of a disk. */
function after(name: string, before: string, then: string) {
  const roots = tree({});
  const rates = new CounterRateCalculator();
  rates.begin({ wall: 0, monotonic: 0 });
  readDiskActivity(roots, before, name, rates);
  rates.begin({ wall: 2000, monotonic: 2000 });
  return readDiskActivity(roots, then, name, rates);
}

test('bytes per second and share of busy time', () => {
  const before = '   8       0 sda 10 0 80 0 5 0 160 0 0 50 0\n   8       1 sda1 9 0 9 0 9 0 9 0 0 9 0';
  expect(after('sda', before, '   8       0 sda 12 0 4176 0 9 0 2208 0 0 1050 0')).toEqual({
    readPerSecond: 1_048_576,
    writtenPerSecond: 524_288,
    busy: 0.5,
  });
});
test('busy is at most 100 %', () =>
  expect(after('sda', '8 0 sda 1 0 1 0 1 0 1 0 0 0 0', '8 0 sda 1 0 1 0 1 0 1 0 0 2100 0').busy).toBe(1));
test('on old kernels the counts of a multipath drive are those of its path', () => {
  const row = (busy: number) =>
    ` 259 1 nvme0n1 0 0 0 0 0 0 0 0 0 0 0\n 0 0 nvme0c0n1 9 0 ${busy} 0 9 0 ${busy} 0 0 ${busy} 0`;
  expect(after('nvme0n1', row(100), row(200))).toEqual({ readPerSecond: 25_600, writtenPerSecond: 25_600, busy: 0.05 });
});
test('a disk without counters is an error', () =>
  expect(() => readDiskActivity(tree({}), '', 'sda', new CounterRateCalculator())).toThrow(
    /^sda: not in .*diskstats$/,
  ));
