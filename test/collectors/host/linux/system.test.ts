import { expect, test } from 'vitest';
import { readMemoryUsage, readPressureStallShares } from '../../../../src/collectors/host/linux/memory.ts';
import {
  countProcesses,
  isRebootRequired,
  parseBootTime,
  readThrottling,
} from '../../../../src/collectors/host/linux/system.ts';
import { DriverFileReader } from '../../../../src/lib/driver-file-reader.ts';
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
  ['x86', { 'sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '3\n' }, { throttleEvents: 3 }],
])('throttling: %s', async (_, files, told) =>
  expect(await readThrottling(tree(files), new DriverFileReader())).toEqual(told),
);

test('reboot required: known on systems with dpkg', () => {
  expect(isRebootRequired(tree({ 'root/run/reboot-required': '' }))).toBeUndefined();
  expect(isRebootRequired(tree({ 'root/var/lib/dpkg/status': '' }))).toBe(false);
  expect(isRebootRequired(tree({ 'root/var/lib/dpkg/status': '', 'root/run/reboot-required': '' }))).toBe(true);
});

test('reboot required: unknown if a tmpfs of the container covers the host’s /run', () => {
  const { host } = tree({ 'root/var/lib/dpkg/status': '' });
  const root = host().replace(/\/$/, '');
  const files = {
    'proc/1/mountinfo': '1 0 8:1 / / rw - ext4 x rw\n2 1 0:25 / /run rw - tmpfs x rw\n',
    'proc/self/mountinfo': `10 9 0:60 / / ro - overlay x ro\n11 10 8:1 / ${root} ro - ext4 x rw\n12 11 0:25 / ${root}/run ro - tmpfs x rw\n`,
  };
  const seeing = (more = '') =>
    Object.assign(tree({ ...files, 'proc/self/mountinfo': files['proc/self/mountinfo'] + more }), { host });
  expect(isRebootRequired(seeing())).toBe(false);
  expect(isRebootRequired(seeing(`13 12 0:70 / ${root}/run rw - tmpfs x rw\n`))).toBeUndefined();
});

test('boot time and processes', () => {
  expect(parseBootTime('cpu 1\nbtime 1767225600\n')).toEqual(new Date('2026-01-01T00:00:00Z'));
  expect(parseBootTime('cpu 1\n')).toBeUndefined();
  expect(
    countProcesses(tree({ 'proc/1/comm': '', 'proc/77/comm': '', 'proc/self/comm': '', 'proc/1x/comm': '' })),
  ).toBe(2);
  expect(countProcesses(tree({}))).toBeUndefined();
});

test('memory, in bytes; unknown without MemAvailable', () => {
  const meminfo =
    'MemTotal:       16000000 kB\nMemFree:         1000 kB\nMemAvailable:   12000000 kB\nSwapCached:      5 kB\nSwapTotal:      2000000 kB\nSwapFree:       1500000 kB\n';
  expect(readMemoryUsage(tree({ 'proc/meminfo': meminfo }))).toEqual({
    total: 16_384_000_000,
    available: 12_288_000_000,
    swapTotal: 2_048_000_000,
    swapFree: 1_536_000_000,
  });
  expect(readMemoryUsage(tree({ 'proc/meminfo': 'MemTotal: 1 kB\nMemFree: 1 kB\n' }))).toBeUndefined();
});

test('pressure, if the kernel measures it', () => {
  expect(
    readPressureStallShares(
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
