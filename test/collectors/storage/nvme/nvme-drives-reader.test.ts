import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { DriveHistory } from '../../../../src/collectors/storage/nvme/drive-history.ts';
import { nvmeCollector } from '../../../../src/collectors/storage/nvme/index.ts';
import { NvmeDrivesReader } from '../../../../src/collectors/storage/nvme/nvme-drives-reader.ts';
import { DeviceMemoryStore } from '../../../../src/loop/device-memory-store.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { agent } from '../../../helpers/sample-collector.ts';
import { saying } from '../../../helpers/saying.ts';
import { hostRoots, tree } from '../../../helpers/tree.ts';

const day = 24 * 3600 * 1000;
const start = Date.parse('2026-11-25T12:00:00Z');
const good = {
  critical_warning: 0,
  temperature: 311,
  avail_spare: 87,
  spare_thresh: 10,
  percent_used: 12,
  data_units_read: 51_000,
  data_units_written: 73_000,
  power_cycles: 77,
  power_on_hours: 15_321,
  media_errors: 3,
};
const zeros = { ...Object.fromEntries(Object.keys(good).map((key) => [key, 0])), temperature: 311, avail_spare: 100 };
const history: DriveHistory = {
  media_errors_acknowledged: '3',
  samples: Array.from({ length: 30 }, (_, index) => ({
    at: new Date(start - (30 - index) * day).toISOString(),
    percentage_used: 12,
    data_units_written: '72000',
  })),
};
const kept = new Map([['nvme/s1', JSON.stringify(history)]]);

afterEach(() => vi.unstubAllEnvs());

/** A machine with one drive, whose tool answers what it is told to. */
function machine(tool: 'nvme' | 'smartctl') {
  withoutLimits();
  const about = {
    serial: 'S1',
    model: 'Maker X',
    firmware_rev: '1',
    state: 'live',
    subsysnqn: 'nqn:1',
    address: '0000:1:00.0',
  };
  const roots = tree({
    ...Object.fromEntries(Object.entries(about).map(([name, text]) => [`sys/class/nvme/nvme900/${name}`, `${text}\n`])),
    'sys/class/nvme/nvme900/nvme900n1/nsid': '1\n',
    'sys/block/nvme900n1/size': '1953525168\n',
  });
  const sys = roots.sys();
  const folder = dirname(sys);
  vi.stubEnv('DRIVES', folder);
  vi.stubEnv('PATH', `${join(import.meta.dirname, '../../../bin/drives')}:${process.env.PATH}`);
  const smart = ({
    critical_warning,
    temperature,
    avail_spare: available_spare,
    percent_used: percentage_used,
    ...log
  }: typeof good) =>
    JSON.stringify({
      nvme_smart_health_information_log: {
        critical_warning,
        temperature: temperature - 273,
        available_spare,
        percentage_used,
        ...log,
      },
    });
  const clock = { wall: start, monotonic: 0 };
  const memories = new DeviceMemoryStore();
  const memory = memories.forCollector(nvmeCollector);
  const reader = new NvmeDrivesReader(agent, memory, hostRoots({ HOST_SYS: sys }), { NVME_DEVICES: undefined }, () => ({
    ...clock,
  }));
  return {
    reader,
    connect: (content: ReadonlyMap<string, string> = new Map()) => memories.load(content, ['nvme']),
    known: () => memory.recall('S1'),
    set: (wall: number) => Object.assign(clock, { wall }),
    pass(minutes: number) {
      clock.wall += minutes * 60_000;
      clock.monotonic += minutes * 60_000;
    },
    async read(log: Partial<typeof good>) {
      writeFileSync(
        join(folder, `${tool === 'nvme' ? 'nvme smart-log' : 'smartctl'} nvme900`),
        tool === 'nvme' ? JSON.stringify(log) : smart({ ...good, ...log }),
      );
      const [drive] = await reader.read();
      if (drive === undefined || !('reading' in drive) || drive.table !== 'drive')
        throw new Error(JSON.stringify(drive));
      return drive.reading;
    },
  };
}

test.each(['nvme', 'smartctl'] as const)(
  '%s: after an implausible log, the first one or a later one, values are unknown and nothing is lost',
  async (tool) => {
    for (const logs of [
      [good, good, zeros, good],
      [zeros, good],
    ]) {
      const { read, connect, known } = machine(tool);
      connect(kept);
      for (const log of logs) {
        const reading = await read(log);
        expect(reading).toMatchObject({ problem: false, temperature: 38 });
        const counted = [reading?.log?.powerOnHours, reading?.log?.mediaErrors, reading?.log?.percentageUsed];
        expect(counted).toEqual(log === zeros ? [undefined, undefined, undefined] : [15_321n, 3n, 12]);
      }
      expect(known()).toEqual(history);
    }
  },
);

test('new errors stay a problem during an implausible log, which can’t be acknowledged', async () => {
  const { read, connect, known, reader } = machine('nvme');
  connect(kept);
  await read({ ...good, media_errors: 5 });
  expect(await read(zeros)).toMatchObject({ problem: true, reason: saying('2 new media errors (5 in all)') });
  expect(() => reader.acknowledge('s1')).toThrow('is unknown');
  await read({ ...good, media_errors: 5 });
  reader.acknowledge('s1');
  expect(await read({ ...good, media_errors: 5 })).toMatchObject({ problem: false });
  expect(known()).toEqual({ ...history, media_errors_acknowledged: '5' });
});

test('before the broker has told what was kept, the drive’s own verdict counts, and no error is called new', async () => {
  const { read, known } = machine('nvme');
  expect((await read({ ...good, media_errors: 1 })).problem).toBeUndefined();
  expect(await read({ ...good, media_errors: 0 })).toMatchObject({ problem: false });
  expect(await read({ ...good, critical_warning: 4 })).toMatchObject({ problem: true, reason: expect.any(Function) });
  expect(known()).toBeUndefined();
});

test('after an empty broker and a clock of 1970, the other broker’s days are complete and continue once the clock is right', async () => {
  const { read, connect, known, set, pass } = machine('nvme');
  set(30_000);
  connect();
  for (let reading = 0; reading < 20; reading += 1) {
    const { problem, writtenPerDay } = await read(good);
    expect([problem, writtenPerDay]).toEqual([false, undefined]);
    pass(1);
  }
  expect(known()).toEqual({ media_errors_acknowledged: '3', samples: [] });
  connect(kept);
  set(start);
  await read(good);
  expect(known()).toEqual(history);
  pass(11);
  expect((await read(good)).writtenPerDay).toBeGreaterThan(0);
  expect(known()).toEqual({
    ...history,
    samples: [
      ...history.samples,
      { at: new Date(start + 11 * 60_000).toISOString(), percentage_used: 12, data_units_written: '73000' },
    ],
  });
});
