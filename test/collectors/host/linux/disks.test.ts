import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiskAndInterfaceRateCalculator } from '../../../../src/collectors/host/linux/disk-and-interface-rate-calculator.ts';
import {
  diskActivity,
  listWatchedAndExcludedDisks,
  parseDiskstats,
  readDiskseqOrInode,
} from '../../../../src/collectors/host/linux/disks.ts';
import { runStepsAtOnce } from '../../../../src/model/event-loop-turns.ts';
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
  expect(runStepsAtOnce(listWatchedAndExcludedDisks(roots, () => 'default'))).toMatchObject({
    watched: ['mmcblk0', 'nvme0n1', 'sda', 'vda'],
    excluded: [],
  });
  expect(
    runStepsAtOnce(listWatchedAndExcludedDisks(roots, (name) => (name === 'md0' ? 'included' : 'excluded'))),
  ).toMatchObject({
    watched: ['md0'],
    excluded: ['mmcblk0', 'nvme0n1', 'sda', 'vda'],
  });
});

/** What the second of these states of /proc/diskstats, two seconds after the first, says of a disk. `sequence`: the
 * kernel's number of the disk in each. */
function after(name: string, before: string, then: string, sequence: [string, string] = ['1', '1']) {
  const roots = tree({ [`sys/block/${name}/diskseq`]: sequence[0] });
  const rates = new DiskAndInterfaceRateCalculator();
  const read = (text: string) => {
    const counters = parseDiskstats(text).get(name);
    return counters && diskActivity(name, readDiskseqOrInode(roots, name), counters, rates);
  };
  rates.begin({ wall: 0, monotonic: 0 });
  read(before);
  writeFileSync(roots.sys(`block/${name}/diskseq`), sequence[1]);
  rates.begin({ wall: 2000, monotonic: 2000 });
  return read(then);
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
  expect(after('sda', '8 0 sda 1 0 1 0 1 0 1 0 0 0 0', '8 0 sda 1 0 1 0 1 0 1 0 0 2100 0')?.busy).toBe(1));
test('on old kernels the counts of a multipath drive are those of its path', () => {
  const row = (busy: number) =>
    ` 259 1 nvme0n1 0 0 0 0 0 0 0 0 0 0 0\n 0 0 nvme0c0n1 9 0 ${busy} 0 9 0 ${busy} 0 0 ${busy} 0`;
  expect(after('nvme0n1', row(100), row(200))).toEqual({ readPerSecond: 25_600, writtenPerSecond: 25_600, busy: 0.05 });
});
const unknown = { readPerSecond: undefined, writtenPerSecond: undefined, busy: undefined };
const row = (read: number, written: number, busy: number) => `8 0 sda 1 0 ${read} 0 1 0 ${written} 0 0 ${busy} 0`;
test('another disk under the same name has no rates yet', () => {
  expect(after('sda', row(8, 8, 1), row(80, 80, 2), ['3', '9'])).toEqual(unknown);
  expect(after('sda', row(8, 8, 1), row(80, 80, 2), ['3', '3'])).toMatchObject({ readPerSecond: 18_432 });
});
test('no rate is known if one of the counters fell, or grew faster than any disk', () => {
  expect(after('sda', row(800, 8, 1), row(80, 80, 2))).toEqual(unknown);
  expect(after('sda', row(8, 8, 1), row(80, 9_000_000_000, 2))).toEqual(unknown);
  expect(after('sda', row(8, 8, 1), row(80, 2 ** 63, 2))).toEqual(unknown);
});
test('a field that is no number costs that field', () =>
  expect(after('sda', '8 0 sda 1 0 x 0 1 0 8 0 0 1 0', '8 0 sda 1 0 x 0 1 0 80 0 0 1 0')).toEqual({
    readPerSecond: undefined,
    writtenPerSecond: 18_432,
    busy: 0,
  }));
test('a slash in a name is an exclamation mark in /sys', () => {
  const roots = tree(block('cciss!c0d0'));
  expect(runStepsAtOnce(listWatchedAndExcludedDisks(roots, () => 'default')).watched).toEqual(['cciss/c0d0']);
  expect(parseDiskstats(' 104 0 cciss/c0d0 1 0 1 0 1 0 1 0 0 1 0').has('cciss/c0d0')).toBe(true);
});
test('any text: no crash, and counts are not negative', () => {
  const word = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.bigInt().map(String),
    fc.constantFrom('sda', 'nvme0c0n1', '-1'),
  );
  const text = fc.array(fc.array(word).map((words) => words.join(' '))).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, (content) => {
      for (const counters of parseDiskstats(content).values())
        for (const count of Object.values(counters)) expect(count ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
