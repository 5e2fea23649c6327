import { expect, test } from 'vitest';
import { readCpuMemoryIoPressure, readMemoryUsage } from '../../../../src/collectors/host/linux/memory-and-pressure.ts';
import {
  isClockSynchronized,
  parseBootTime,
  readThrottlingAndUnderVoltage,
} from '../../../../src/collectors/host/linux/system.ts';
import { hostTables } from '../../../../src/collectors/host/metrics/index.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { evaluateMetrics } from '../../../../src/loop/evaluate-metrics.ts';
import { tree } from '../../../helpers/tree.ts';

const supply = (alarm: string) => ({
  'sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
  'sys/class/hwmon/hwmon1/in0_lcrit_alarm': alarm,
});

test.each([
  ['nothing told', {}, {}],
  [
    'Raspberry Pi 4 without throttling',
    { 'sys/devices/platform/soc/soc:firmware/get_throttled': '0\n' },
    { throttled: false, underVoltage: false },
  ],
  [
    'throttling in the past',
    { 'sys/devices/platform/soc/soc:firmware/get_throttled': '50000\n' },
    { throttled: false, underVoltage: false },
  ],
  [
    'under-voltage and throttled now',
    { 'sys/devices/platform/soc/soc:firmware/get_throttled': '50005\n' },
    { throttled: true, underVoltage: true },
  ],
  [
    'too hot now',
    { 'sys/devices/platform/soc/soc:firmware/get_throttled': '80008\n' },
    { throttled: true, underVoltage: false },
  ],
  [
    'Raspberry Pi 5',
    { 'sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled': '1\n' },
    { throttled: false, underVoltage: true },
  ],
  ['the supply’s alarm alone', supply('1\n'), { underVoltage: true }],
  [
    'the firmware takes precedence over the alarm',
    { ...supply('1\n'), 'sys/devices/platform/soc/soc:firmware/get_throttled': '0\n' },
    { throttled: false, underVoltage: false },
  ],
  ['all ones', { ...supply('-1'), 'sys/devices/platform/soc/soc:firmware/get_throttled': 'ffffffff\n' }, {}],
  ['nobody counts', { 'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '4294967295\n' }, {}],
  ['x86', { 'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '3\n' }, { throttleEvents: 3 }],
])('throttling: %s', async (_, files, told) =>
  expect(await readThrottlingAndUnderVoltage(tree(files), new SlowSysfsFileReader())).toEqual(told),
);

const at = Date.parse('2026-03-01T12:00:00Z');
test.each([
  ['the kernel’s', 'cpu 1\nbtime 1767225600\n', undefined, '2026-01-01T00:00:00.000Z'],
  [
    'the kernel’s, which does not tremble',
    'btime 1767225600\n',
    `${at / 1000 - 1767225630}.25 1.0`,
    '2026-01-01T00:00:00.000Z',
  ],
  ['a container’s own', 'btime 1767225600\n', '3600.00 3500.00', '2026-03-01T11:00:00.000Z'],
  ['of a kernel without btime', 'cpu 1\n', '60.5 1', '2026-03-01T11:58:59.500Z'],
  ['an uptime that is none', 'btime 1767225600\n', 'nan', '2026-01-01T00:00:00.000Z'],
])('boot time: %s', (_, stat, uptime, told) => expect(parseBootTime(stat, uptime, at)).toEqual(new Date(told)));

test('boot time: unknown if nobody says it, and while the clock stands in 1970', () => {
  expect(parseBootTime('cpu 1\n', undefined, at)).toBeUndefined();
  expect(parseBootTime(undefined, '', at)).toBeUndefined();
  expect(parseBootTime('btime 12\n', '30.0 1.0', 42_000)).toBeUndefined();
  expect(parseBootTime('btime 9223372036854775807\n', undefined, at)).toBeUndefined();
});

test('the clock: what timesyncd says, and unknown without it', () => {
  expect(isClockSynchronized(tree({}))).toBeUndefined();
  expect(isClockSynchronized(tree({ 'root/run/systemd/timesync/clock': '' }))).toBe(false);
  expect(isClockSynchronized(tree({ 'root/run/systemd/timesync/synchronized': '' }))).toBe(true);
});

const meminfo = (values: Record<string, number | string>) =>
  Object.entries(values)
    .map(([name, kibibytes]) => `${`${name}:`.padEnd(16)} ${kibibytes} kB\n`)
    .join('');
const usual = {
  MemTotal: 16_000_000,
  MemFree: 1000,
  MemAvailable: 12_000_000,
  SwapCached: 5,
  SwapTotal: 2_000_000,
  SwapFree: 1_500_000,
};
const memoryOf = (values: Record<string, number | string>, more: Record<string, string> = {}) =>
  readMemoryUsage(tree({ 'proc/meminfo': meminfo(values), ...more }));
const bytes = { total: 16_384_000_000, available: 12_288_000_000, swapTotal: 2_048_000_000, swapFree: 1_536_000_000 };

test('memory, in bytes; unknown without MemAvailable', () => {
  expect(memoryOf(usual)).toEqual(bytes);
  expect(memoryOf({ MemTotal: 1, MemFree: 1 })).toBeUndefined();
});

test.each([
  ['“no limit” of swap', { SwapTotal: 9_007_199_246_672_720 }, { swapTotal: undefined, swapFree: undefined }],
  ['no swap', { SwapTotal: 0, SwapFree: 0 }, { swapTotal: 0, swapFree: 0 }],
])('memory as containers tell it: %s', (_, values, told) =>
  expect(memoryOf({ ...usual, ...values })).toEqual({ ...bytes, ...told }),
);

test.each([
  [
    'more available than there is',
    { MemAvailable: 17_000_000 },
    { memory_used: null, memory_available: null, memory_total: 15.26 },
  ],
  ['more swap free than there is', { SwapFree: 2_500_000 }, { swap_used: null, swap_total: 1.91 }],
  [
    'no swap, of which endless much is free',
    { SwapTotal: 0, SwapFree: '18014398509481984' },
    { swap_used: null, swap_total: null },
  ],
])('what can’t be is unknown: %s', (_, values, told) =>
  expect(evaluateMetrics(hostTables.host.metrics, { memory: memoryOf({ ...usual, ...values }) }).sample).toMatchObject(
    told,
  ),
);

test('memory without a limit, or none at all, is unknown', () => {
  expect(memoryOf({ ...usual, MemTotal: '9007199254740988' })).toBeUndefined();
  expect(memoryOf({ ...usual, MemTotal: 0 })).toBeUndefined();
});

const arc = (size: number, least: number) => ({
  'proc/spl/kstat/zfs/arcstats': `13 1 0x01 147 39984 1 2\nname                            type data\nhits                            4    1\nsize                            4    ${size}\nc_min                           4    ${least}\n`,
});
test('ZFS’s read cache is available down to its least size', () => {
  expect(memoryOf(usual, arc(3_000_000_000, 1_000_000_000))?.available).toBe(bytes.available + 2_000_000_000);
  expect(memoryOf(usual, arc(500_000_000, 1_000_000_000))?.available).toBe(bytes.available);
  expect(memoryOf(usual, { 'proc/spl/kstat/zfs/arcstats': 'size 4 x\n' })?.available).toBe(bytes.available);
});

test('ZFS’s read cache of the host is not the container’s', () => {
  expect(memoryOf(usual, arc(20_000_000_000, 1_000_000_000))?.available).toBe(bytes.available);
  const lxcfs = '99 88 0:60 /proc/meminfo /proc/meminfo rw,nosuid - fuse.lxcfs lxcfs rw,user_id=0\n';
  expect(memoryOf(usual, { ...arc(3e9, 1e9), 'proc/self/mountinfo': lxcfs })?.available).toBe(bytes.available);
});

test('pressure, if the kernel measures it', () => {
  expect(
    readCpuMemoryIoPressure(
      tree({
        'proc/pressure/cpu':
          'some avg10=0.00 avg60=1.25 avg300=0.50 total=1\nfull avg10=0.00 avg60=9.00 avg300=0.00 total=1\n',
      }),
    ),
  ).toEqual({
    cpu: 0.0125,
    memory: undefined,
    io: undefined,
  });
});
