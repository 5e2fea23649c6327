import { describe, expect, test } from 'vitest';
import { filesystemFindings, machineFindings } from '../../../src/collectors/host/problems.ts';
import type { FilesystemReading } from '../../../src/collectors/host/reading.ts';
import { findingsAfter } from '../../helpers/findings.ts';

const GiB = 1024 ** 3;
const day = 24 * 3600;

/** A file system of so many GiB with so many left. */
const filesystem = (size: number, left: number, more: Partial<FilesystemReading> = {}): FilesystemReading => ({
  total: size * GiB,
  available: left * GiB,
  usedRatio: (size - left) / size,
  readOnly: false,
  ...more,
});

const wrongAfter = (...readings: FilesystemReading[]) => findingsAfter(filesystemFindings, ...readings);

const nearlyFull = 'full degraded: nearly full: 95 % used';

describe('a full file system', () => {
  test.each<[string, FilesystemReading, string[]]>([
    ['94 % used', filesystem(50, 3), []],
    ['95 % used and 2.5 GiB free', filesystem(50, 2.5), [nearlyFull]],
    ['96 % of 20 TB used', filesystem(18_000, 720), []],
    ['99.9 % of 20 TB used, 18 GiB free', filesystem(18_000, 18), []],
    ['99.99 % of 20 TB used, 2 GiB free', filesystem(18_000, 2), [nearlyFull]],
    ['97 % of a small one used', filesystem(0.5, 0.015), []],
    ['98 % of a small one used', filesystem(0.5, 0.01), ['full degraded: nearly full: 98 % used']],
    ['nothing left', filesystem(50, 0), ['full outage: no space left']],
    ['nothing left for users', { ...filesystem(50, 2), available: 0 }, ['full outage: no space left']],
    ['one without a size', filesystem(0, 0, { total: undefined, available: undefined, usedRatio: undefined }), []],
    ['an image, full and read-only', filesystem(2, 0, { readOnly: true }), []],
    ['a limit of its own', filesystem(18_000, 1800, { limitPercent: 90 }), ['full degraded: nearly full: 90 % used']],
    [
      'a lower limit of a small one',
      filesystem(1, 0.1, { limitPercent: 90 }),
      ['full degraded: nearly full: 90 % used'],
    ],
    ['a higher limit', filesystem(50, 2, { limitPercent: 99 }), []],
  ])('%s', (_, reading, expected) => expect(wrongAfter(reading)).toEqual(expected));

  test('is over two points below its limit', () => {
    expect(wrongAfter(filesystem(50, 2.5), filesystem(50, 3.4))).toEqual([nearlyFull]);
    expect(wrongAfter(filesystem(50, 2.5), filesystem(50, 3.6))).toEqual([]);
  });

  test('is over with 6 GiB free', () => {
    expect(wrongAfter(filesystem(500, 4), filesystem(500, 5.5))).toEqual([nearlyFull]);
    expect(wrongAfter(filesystem(500, 4), filesystem(500, 6))).toEqual([]);
  });

  test('has space again only with some of it, so that the text does not come and go', () => {
    expect(wrongAfter(filesystem(50, 0), filesystem(50, 0.4))).toEqual(['full outage: no space left']);
    expect(wrongAfter(filesystem(50, 0), filesystem(50, 0.6))).toEqual([nearlyFull]);
  });

  test('an hour in which it fills has two texts', () => {
    const texts = Array.from({ length: 60 }, (_, minute) =>
      wrongAfter(
        ...Array.from({ length: minute + 1 }, (__, step) => filesystem(50, Math.max(0, 3 - step / 10))),
      ).join(),
    );
    expect([...new Set(texts)]).toEqual(['', nearlyFull, 'full outage: no space left']);
  });
});

describe('a file system that fills', () => {
  const within = (days: number | undefined, left = 100) =>
    filesystem(1000, left, { secondsToFull: days === undefined ? undefined : days * day });

  test('within three days, and mostly used', () => {
    expect(wrongAfter(within(2.9))).toEqual(['filling degraded: full within three days at this rate']);
    expect(wrongAfter(within(3.1))).toEqual([]);
    expect(wrongAfter(within(2.9, 300))).toEqual([]);
    expect(wrongAfter(within(0.9))).toEqual(['filling degraded: full within a day at this rate']);
  });

  test('is over half a day later, or two points below', () => {
    expect(wrongAfter(within(2.9), within(3.4))).toHaveLength(1);
    expect(wrongAfter(within(2.9), within(3.6))).toEqual([]);
    expect(wrongAfter(within(2.9), within(2.9, 215))).toHaveLength(1);
    expect(wrongAfter(within(2.9), within(2.9, 225))).toEqual([]);
  });

  test('is not over while the rate is unknown', () => {
    expect(wrongAfter(within(2.9), within(undefined))).toEqual([
      'filling degraded: full within three days at this rate?',
    ]);
    expect(wrongAfter(within(undefined))).toEqual([]);
    expect(wrongAfter(within(2.9), within(undefined, 300))).toEqual([]);
  });

  test('a day is one step, left later than it was reached', () =>
    expect(wrongAfter(within(0.9), within(1.4))).toEqual(['filling degraded: full within a day at this rate']));
});

test('inodes run out', () => {
  const inodes = (free: number) => filesystem(50, 40, { inodesUsedRatio: (1000 - free) / 1000 });
  expect(wrongAfter(inodes(51))).toEqual([]);
  expect(wrongAfter(inodes(50))).toEqual(['inodes degraded: nearly out of inodes: 95 % used']);
  expect(wrongAfter(inodes(50), inodes(69))).toHaveLength(1);
  expect(wrongAfter(inodes(50), inodes(71))).toEqual([]);
  expect(wrongAfter(inodes(0))).toEqual(['inodes outage: no inodes left']);
  expect(wrongAfter(filesystem(50, 40, { inodesUsedRatio: 0.92, limitPercent: 90 }))).toEqual([
    'inodes degraded: nearly out of inodes: 90 % used',
  ]);
});

test('read-only where it was writable', () => {
  const readOnly = filesystem(50, 0, { readOnly: true });
  expect(wrongAfter(readOnly)).toEqual([]);
  expect(wrongAfter({ ...readOnly, wasWritable: true })).toEqual(['read_only outage: became read-only']);
  expect(wrongAfter({ ...readOnly, wasWritable: true }, readOnly)).toEqual(['read_only outage: became read-only']);
  expect(wrongAfter({ ...readOnly, wasWritable: true }, filesystem(50, 40))).toEqual([]);
});

describe('the machine', () => {
  const machine = (...readings: Parameters<typeof machineFindings>[0][]) => findingsAfter(machineFindings, ...readings);

  test('without any of these values nothing is wrong', () => expect(machine({})).toEqual([]));

  test('memory is short for five minutes', () => {
    const text = 'memory degraded: memory is used up: less than 5 % available, and swapping or waiting for it';
    expect(machine({ memoryShortSeconds: 299 })).toEqual([]);
    expect(machine({ memoryShortSeconds: 300 })).toEqual([text]);
    expect(machine({ memoryShortSeconds: 300 }, {})).toEqual([`${text}?`]);
    expect(machine({ memoryShortSeconds: 300 }, { memoryShortSeconds: 0 })).toEqual([]);
    expect(machine({ memoryShortSeconds: 300, memoryLimitPercent: 90 })[0]).toContain('less than 10 % available');
  });

  test('the processor is at its critical temperature', () => {
    const at = (cpuTemperature: number | undefined, cpuCriticalTemperature: number | undefined = 100) => ({
      cpuTemperature,
      cpuCriticalTemperature,
    });
    const text = 'cpu_critical degraded: CPU at its critical temperature of 100 °C';
    expect(machine(at(99.9))).toEqual([]);
    expect(machine(at(100))).toEqual([text]);
    expect(machine(at(100), at(98.5))).toEqual([text]);
    expect(machine(at(100), at(97.9))).toEqual([]);
    expect(machine(at(100), at(undefined))).toEqual([`${text}?`]);
    expect(machine(at(40, 0))).toEqual([]);
  });

  test('failed units with their names; a new one is a new text', () => {
    expect(machine({ failedUnits: [] })).toEqual([]);
    expect(machine({ failedUnits: ['smbd.service'] })).toEqual([
      'failed_units degraded: failed systemd unit: smbd.service',
    ]);
    expect(machine({ failedUnits: ['a.service'] }, { failedUnits: ['a.service', 'b.mount'] })).toEqual([
      'failed_units degraded: failed systemd units: a.service, b.mount',
    ]);
    expect(machine({ failedUnits: ['a.service'] }, {})).toEqual([
      'failed_units degraded: failed systemd unit: a.service?',
    ]);
    expect(machine({ failedUnits: [...'abcdefgh'] })[0]).toBe(
      'failed_units degraded: failed systemd units: a, b, c, d, e and 3 more',
    );
  });

  test.each([
    ['throttled', { throttled: true }, { throttled: false }, 'throttled degraded: the processor is slowed down'],
    [
      'under-voltage',
      { underVoltage: true },
      { underVoltage: false },
      'under_voltage degraded: the supply voltage is too low',
    ],
    ['clock', { clockSynchronized: false }, { clockSynchronized: true }, 'clock notice: the clock is not synchronized'],
    [
      'reboot',
      { reboot: { required: true } },
      { reboot: { required: false } },
      'reboot_required notice: a reboot is required',
    ],
  ] as [string, object, object, string][])('%s', (_, wrong, well, text) => {
    expect(machine(wrong)).toEqual([text]);
    expect(machine(wrong, {})).toEqual([`${text}?`]);
    expect(machine(wrong, well)).toEqual([]);
  });
});
