import { expect, test } from 'vitest';
import { CpuUsageReader, readCpuFrequencyHz, readLoadAverage } from '../../../../src/collectors/host/linux/cpu.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { tree } from '../../../helpers/tree.ts';

/** Shares after each of these first lines of /proc/stat, a second apart: user nice system idle iowait irq softirq steal
 * guest guest_nice. */
function shares(...ticks: string[]) {
  const time = new CpuUsageReader();
  return ticks.map((line, index) => time.read(`cpu  ${line}\ncpu0 ${line}\nintr 1\n`, 1000 * index));
}

test('unknown at first, then shares since the previous reading', () => {
  const [first, after] = shares('1000 0 500 8000 300 5 15 2 0 0', '1025 5 505 8040 310 8 17 12 7 3');
  expect(first).toBeUndefined();
  expect(after).toEqual({ used: 0.5, user: 0.3, system: 0.1, iowait: 0.1, steal: 0.1 });
});
test('I/O wait that decreases, as the kernel’s can, is 0', () => {
  const [, after] = shares('0 0 0 1000 500 0 0 0 0 0', '50 0 0 1050 490 0 0 0 0 0');
  expect(after).toEqual({ used: 0.5, user: 0.5, system: 0, iowait: 0, steal: 0 });
});
test('guest time is not counted twice', () => {
  const [, after] = shares('0 0 0 0 0 0 0 0 0 0', '60 0 0 40 0 0 0 0 60 0');
  expect(after).toMatchObject({ used: 0.6, user: 0.6 });
});
test('unknown without elapsed time, after a counter reset, and without the line', () => {
  expect(shares('5 0 0 5 0 0 0 0 0 0', '5 0 0 5 0 0 0 0 0 0')[1]).toBeUndefined();
  expect(
    shares('500 1 1 500 1 1 1 1 0 0', '5 0 0 5 0 0 0 0 0 0', '55 0 0 55 0 0 0 0 0 0').map((value) => value?.used),
  ).toEqual([undefined, undefined, 0.5]);
  expect(new CpuUsageReader().read('intr 1', 0)).toBeUndefined();
});
test.each([0, 1, 2, 5, 6])('busy time of kind %i that falls: unknown', (kind) => {
  const fallen = [1050, 1050, 1050, 1050, 1050, 1050, 1050].map((tick, index) => (index === kind ? 10 : tick));
  expect(shares('1000 1000 1000 1000 1000 1000 1000 0', `${fallen.join(' ')} 0`)[1]).toBeUndefined();
});
test('kernels with fewer kinds of time', () => {
  const [, after] = shares('0 0 0 0', '10 10 20 60');
  expect(after).toEqual({ used: 0.4, user: 0.2, system: 0.2, iowait: 0, steal: 0 });
});
test.each([
  [
    'idle time that stands still, as lxcfs had it',
    '1337485 0 0 8317131874320235395',
    '1337488 0 0 8317131874320235395',
  ],
  ['idle time that stands still while half of the time is busy', '0 0 0 900', '60 0 0 900'],
  ['stolen time that jumps, as after a migration', '0 0 0 0 0 0 0 0', '50 0 0 50 0 0 0 18446744073509'],
  ['waiting time that jumps', '0 0 0 0 0', '10 0 0 90 1000000000000'],
  ['a field that is no number', '0 0 0 0', '50 x 0 50'],
])('unknown where the ticks are not those of the elapsed time: %s', (_, before, after) =>
  expect(shares(before, after)[1]).toBeUndefined(),
);
test('idle time that wraps is 0, as is any that falls', () =>
  expect(shares('0 0 0 18446744073709551000', '95 0 0 5')[1]?.used).toBe(1));
test('all busy, of two processors of which one is idle, and with time that a virtual machine lost', () => {
  expect(shares('0 0 0 7', '99 0 0 7')[1]?.used).toBe(1);
  expect(shares('0 0 0 0', '30 0 0 30')[1]?.used).toBe(0.5);
  const two = new CpuUsageReader();
  two.read('cpu  0 0 0 0\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n', 0);
  expect(two.read('cpu  100 0 0 100\ncpu0 100 0 0 0\ncpu1 0 0 0 100\n', 1000)?.used).toBe(0.5);
});
test('mean frequency of the cores that report one', async () => {
  const folder = 'sys/devices/system/cpu/cpufreq';
  expect(
    await readCpuFrequencyHz(
      tree({
        [`${folder}/policy0/scaling_cur_freq`]: '800000\n',
        [`${folder}/policy4/scaling_cur_freq`]: '2400000\n',
        [`${folder}/policy5/scaling_cur_freq`]: '<unknown>\n',
        [`${folder}/policy6/scaling_cur_freq`]: '0\n',
        [`${folder}/policy7/scaling_cur_freq`]: '4294967295\n',
        [`${folder}/boost`]: '1',
      }),
      new SlowSysfsFileReader(),
    ),
  ).toBe(1.6e9);
  expect(await readCpuFrequencyHz(tree({}), new SlowSysfsFileReader())).toBeUndefined();
});
test('load', () => {
  expect(readLoadAverage(tree({ 'proc/loadavg': '0.52 1.31 12.00 2/345 9999\n' }))).toEqual({
    one: 0.52,
    five: 1.31,
    fifteen: 12,
  });
  expect(readLoadAverage(tree({}))).toBeUndefined();
});
