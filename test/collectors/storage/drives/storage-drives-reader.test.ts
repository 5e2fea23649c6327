import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storageDriveProblems } from '../../../../src/collectors/storage/drives/drive-problems.ts';
import type { StorageDriveReading } from '../../../../src/collectors/storage/drives/drive-reading.ts';
import type { DrivesSettings } from '../../../../src/collectors/storage/drives/settings.ts';
import { StorageDrivesReader } from '../../../../src/collectors/storage/drives/storage-drives-reader.ts';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../../../../src/collectors/storage/helper/protocol.ts';
import { describeError } from '../../../../src/model/errors.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { ataAnswer, plugDisk, powerModeAnswer, type StandInDisk, unplugDisk } from '../../../helpers/disks.ts';
import { drives } from '../../../helpers/drives.ts';
import { findingsAfter } from '../../../helpers/findings.ts';
import { memory } from '../../../helpers/memory.ts';
import { agent } from '../../../helpers/sample-collector.ts';
import { hostRoots } from '../../../helpers/tree.ts';
import { until } from '../../../helpers/until.ts';

/** A machine with these disks, whose clock is turned by the test. */
function machine(disks: StandInDisk[], settings: Partial<DrivesSettings> = {}, roots: { HOST_ROOT?: string } = {}) {
  const clock = stopClock();
  const standIn = drives();
  for (const disk of disks) plugDisk(standIn.sys, disk);
  const memories = memory({});
  const settingsOfAll = {
    STORAGE_DRIVES: undefined,
    STORAGE_DRIVES_EXCLUDE: undefined,
    STORAGE_DRIVE_TYPES: undefined,
  };
  const reader = new StorageDrivesReader(agent, memories, hostRoots({ HOST_SYS: standIn.sys, ...roots }), {
    ...settingsOfAll,
    ...settings,
  });
  const readings: StorageDriveReading[] = [];
  const one = {
    ...standIn,
    ...clock,
    memories,
    reader,
    readings,
    /** Whatever is asked of the disk from now on, it answers so. */
    answer(text: string, name = 'sda', type = 'sat') {
      const questions = ['', ' standby,3'].flatMap((power) =>
        ['', ' selftest', ' devstat', ' selftest devstat'].map((logs) => `smartctl${power}${logs}`),
      );
      for (const question of questions)
        for (const how of [` ${type}`, '']) standIn.tell(`${question}${how} ${name}`, text);
    },
    /** Reads the first disk; an error is what was said. */
    async read(): Promise<StorageDriveReading | string> {
      const [first] = await reader.read();
      if (first === undefined || 'complaint' in first) return 'no disk';
      if (first.reading === undefined) return first.error === undefined ? 'excluded' : describeError(first.error);
      readings.push(first.reading);
      return first.reading;
    },
    /** Reads once a minute. */
    async pass(minutes: number) {
      let last: StorageDriveReading | string = 'nothing';
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.turn(60);
        last = await one.read();
      }
      return last;
    },
    findings: () => findingsAfter(storageDriveProblems, ...readings),
    use: () => standIn.sysfs('block/sda/stat', `${Math.random()} 0 8 1`),
  };
  return one;
}

/** A machine whose drives helper has all rights: what it can't read is not for want of them. */
async function machineWithHelper(disks: StandInDisk[]) {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  mkdirSync(join(root, 'run/infra-monitor'), { recursive: true });
  const one = machine(disks, {}, { HOST_ROOT: root });
  const server = new DrivesHelperServer(one.sys);
  await server.listen({ path: join(root, drivesHelperSocketPath) });
  onTestFinished(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });
  return one;
}

test('a disk that is well', async () => {
  const { answer, read, calls, findings } = machine([{}]);
  answer(ataAnswer());
  expect(await read()).toMatchObject({
    power: 'active',
    temperature: 31,
    isRotational: true,
    capacity: 4_000_787_030_016,
    report: { passed: true, powerOnHours: 1000, counts: { reallocated_sectors: 0, pending_sectors: 0, crc_errors: 0 } },
    newErrors: { reallocated_sectors: 0, pending_sectors: 0 },
  });
  expect(findings()).toEqual([]);
  expect(calls()).toEqual(['smartctl standby,3 selftest devstat sat sda']);
});

test('a day in which a disk sleeps: it hears one question each ten minutes, whether it sleeps', async () => {
  const { answer, pass, read, calls } = machine([{}]);
  answer(powerModeAnswer('STANDBY'));
  expect(await read()).toMatchObject({ power: 'standby', report: undefined, temperature: undefined, hint: undefined });
  expect(await pass(24 * 60)).toMatchObject({ power: 'standby', report: undefined, temperature: undefined });
  expect(new Set(calls())).toEqual(new Set(['smartctl standby,3 selftest devstat sat sda']));
  expect(calls()).toHaveLength(145);
});

test('a disk that falls asleep keeps its counts and tells when it was read; its temperature grows old', async () => {
  const { answer, pass, read, findings } = machine([{}]);
  answer(ataAnswer({ raw: { 197: 8 } }));
  const awake = (await read()) as StorageDriveReading;
  answer(powerModeAnswer('STANDBY'));
  expect(await pass(45)).toMatchObject({ power: 'standby', temperature: 31, readAt: awake.readAt });
  expect(await pass(60)).toMatchObject({
    power: 'standby',
    temperature: undefined,
    report: { counts: { pending_sectors: 8 } },
    readAt: awake.readAt,
  });
  expect(findings()).toEqual(['pending_sectors data_at_risk: 8 sectors that can’t be read']);
});

test('a rotating disk in use is asked every ten minutes, one that nobody uses every thirty, an SSD each minute', async () => {
  const busy = machine([{}]);
  busy.answer(ataAnswer());
  await busy.read();
  for (let minute = 0; minute < 60; minute += 1) {
    busy.use();
    await busy.pass(1);
  }
  expect(busy.calls()).toHaveLength(7);
  const idle = machine([{}]);
  idle.answer(ataAnswer());
  await idle.read();
  await idle.pass(60);
  expect(idle.calls()).toHaveLength(3);
  const ssd = machine([{ isRotational: false }]);
  ssd.answer(ataAnswer());
  await ssd.read();
  await ssd.pass(60);
  expect(ssd.calls()).toHaveLength(61);
  expect(ssd.calls().filter((call) => call.includes('selftest'))).toHaveLength(2);
});

test('“SLEEP” is a question that failed: a disk that nobody uses can’t be read, and is not woken to find out', async () => {
  const { answer, pass, read, calls } = await machineWithHelper([{}]);
  answer(ataAnswer());
  await read();
  answer(powerModeAnswer('SLEEP'));
  expect(await pass(40)).toMatch(
    /^smartctl -j -n standby,3 .*\/dev\/sda: the drive did not answer .* whether it sleeps$/,
  );
  expect(calls().every((call) => call.includes('standby,3'))).toBe(true);
});

test('“SLEEP” of a disk that is in use: it is asked without the power question', async () => {
  const { answer, tell, pass, use, read } = await machineWithHelper([{}]);
  answer(powerModeAnswer('SLEEP'));
  for (const logs of ['', ' selftest', ' devstat', ' selftest devstat']) tell(`smartctl${logs} sat sda`, ataAnswer());
  expect(await read()).toMatch(/did not answer/);
  use();
  await pass(1);
  use();
  expect(await pass(1)).toMatchObject({ power: 'active', temperature: 31 });
});

test('“SLEEP” of an SSD: it is asked without the power question, and fails visibly if it is dead', async () => {
  const { answer, fail, tell, pass, read } = await machineWithHelper([{ isRotational: false }]);
  answer(powerModeAnswer('SLEEP'));
  for (const logs of ['', ' selftest', ' devstat', ' selftest devstat']) tell(`smartctl${logs} sat sda`, ataAnswer());
  await read();
  expect(await pass(1)).toMatchObject({ power: 'active', temperature: 31 });
  for (const logs of ['', ' selftest', ' devstat', ' selftest devstat'])
    fail(`smartctl${logs} sat sda`, 'Read Device Identity failed: Input/output error');
  expect(await pass(1)).toMatch(/Input\/output error/);
});

test('a disk that the kernel has suspended is not asked at all', async () => {
  const { answer, pass, sysfs, read, calls, sys } = machine([{}]);
  answer(ataAnswer());
  await read();
  mkdirSync(`${sys}/block/sda/device/power`, { recursive: true });
  sysfs('block/sda/device/power/runtime_status', 'suspended');
  expect(await pass(60)).toMatchObject({ power: 'standby', report: { passed: true } });
  expect(calls()).toHaveLength(1);
});

test('a bridge that does not tell whether its disk sleeps: it is asked only while the disk is in use', async () => {
  const { answer, pass, use, read, calls } = machine([{}]);
  answer(ataAnswer({ messages: ['CHECK POWER MODE not implemented, ignoring -n option'] }));
  await read();
  await pass(120);
  expect(calls()).toHaveLength(1);
  use();
  await pass(1);
  expect(calls()).toHaveLength(2);
});

test('errors from before the first reading are history; what is added is told until it is acknowledged', async () => {
  const { answer, pass, read, reader, use, findings, memories } = machine([{}]);
  answer(ataAnswer({ raw: { 5: 16, 187: 5, 199: 3 } }));
  await read();
  expect(findings()).toEqual([]);
  answer(ataAnswer({ raw: { 5: 18, 187: 6, 199: 8 } }));
  use();
  await pass(12);
  expect(findings()).toEqual([
    'reallocated_sectors notice: 2 new reallocated sectors (18 in all)',
    'reported_uncorrectable data_at_risk: 1 new uncorrectable error (6 in all)',
    'crc_errors notice: 5 new errors on the cable (8 in all)',
  ]);
  expect(memories.contents.get('wd_1')).toMatchObject({ acknowledged: { reallocated_sectors: 16, crc_errors: 3 } });
  reader.acknowledge('wd_1');
  await pass(1);
  expect(findings()).toEqual([]);
});

test('counts that were reset neither alarm nor hide the next rise', async () => {
  const { answer, pass, read, use, findings } = machine([{}]);
  answer(ataAnswer({ raw: { 199: 50 } }));
  await read();
  answer(ataAnswer({ raw: { 199: 0 } }));
  use();
  await pass(26 * 60);
  expect(findings()).toEqual([]);
  answer(ataAnswer({ raw: { 199: 2 } }));
  use();
  await pass(11);
  expect(findings()).toEqual(['crc_errors notice: 2 new errors on the cable (2 in all)'.replace(' (2 in all)', '')]);
});

test('an SSD that counts a pending sector for a moment has no problem, one that does for an hour has', async () => {
  const { answer, pass, read, findings } = machine([{ isRotational: false }]);
  answer(ataAnswer({ raw: { 197: 1 } }));
  await read();
  await pass(30);
  expect(findings()).toEqual([]);
  answer(ataAnswer());
  await pass(1);
  answer(ataAnswer({ raw: { 197: 1 } }));
  await pass(59);
  expect(findings()).toEqual([]);
  await pass(3);
  expect(findings()).toEqual(['pending_sectors data_at_risk: 1 sector that can’t be read']);
});

test('more than ten sectors reallocated within a week are a drive that is going', async () => {
  const { answer, pass, read, use, findings } = machine([{}]);
  answer(ataAnswer({ raw: { 5: 4 } }));
  await read();
  answer(ataAnswer({ raw: { 5: 20 } }));
  use();
  await pass(11);
  expect(findings()).toEqual(['reallocated_sectors data_at_risk: 16 sectors reallocated within a week (20 in all)']);
});

test('without a right, a disk is there with its identity, and a hint says what mends it', async () => {
  const { read, findings } = machine([{}]);
  expect(await read()).toMatchObject({
    identity: { serial: 'WD-1' },
    power: undefined,
    report: undefined,
    hint: expect.stringMatching(
      /^\/dev\/sda is not there.*docker run --user root --device \/dev\/sda --cap-add SYS_RAWIO/,
    ),
  });
  expect(findings()).toEqual([]);
});

test('the same disk in another place remains the same device; virtual ones, card readers and partitions are none', async () => {
  const { reader, sys, sysfs } = machine([
    { name: 'sda', serial: 'WD-1', model: 'WDC WD40EFRX' },
    { name: 'sdb', serial: 'WD-2', model: 'WDC WD40EFRX' },
    { name: 'sdc', serial: '', wwid: 'naa.5000c50000000011', vendor: 'SEAGATE', model: 'ST2000NX0273' },
    { name: 'sdd', serial: 'Q1', vendor: 'QEMU', model: 'QEMU HARDDISK' },
    { name: 'sde', serial: 'C1', vendor: 'Generic', model: 'SD/MMC' },
    { name: 'sdf', serial: 'MP-1', wwid: 'naa.5000c5000000aaaa', vendor: 'IBM', model: 'LUN' },
    { name: 'sdg', serial: 'MP-1', wwid: 'naa.5000c5000000aaaa', vendor: 'IBM', model: 'LUN' },
  ]);
  sysfs('block/sde/size', '0');
  const devices = async () =>
    (await reader.read()).flatMap((one) => ('complaint' in one ? [] : [`${one.device.id}: ${one.device.name}`]));
  expect(await devices()).toEqual([
    'WD-1: nas WDC WD40EFRX WD-1',
    'WD-2: nas WDC WD40EFRX WD-2',
    'naa.5000c50000000011: nas ST2000NX0273',
    'MP-1: nas LUN',
  ]);
  unplugDisk(sys, 'sda');
  plugDisk(sys, { name: 'sdz', serial: 'WD-1' });
  expect(await devices()).toContain('WD-1: nas WDC WD40EFRX WD-1');
});

test('drives by setting: others are excluded and never asked; one that is not there is told', async () => {
  const { reader, calls } = machine(
    [
      { name: 'sda', serial: 'WD-1' },
      { name: 'sdb', serial: 'WD-2' },
    ],
    {
      STORAGE_DRIVES: ['WD-1', 'WD-9'],
      STORAGE_DRIVES_EXCLUDE: ['/dev/sda'],
    },
  );
  expect(
    (await reader.read()).map((one) => ('complaint' in one ? one.complaint : (one.excluded ?? one.table))),
  ).toEqual([true, true, 'STORAGE_DRIVES: there is no drive WD-9; drives found: /dev/sda (WD-1); /dev/sdb (WD-2)']);
  expect(calls()).toEqual([]);
});

test('the type of a drive by setting', async () => {
  const { answer, read, calls } = machine([{}], { STORAGE_DRIVE_TYPES: new Map([['WD-1', 'sat,12']]) });
  answer(ataAnswer(), 'sda', 'sat,12');
  await read();
  expect(calls()).toEqual(['smartctl standby,3 selftest devstat sat,12 sda']);
});

test('a drive that hangs: one command, and the others are read', async () => {
  const { hang, answer, reader, calls, turn, waits, sys } = machine([{ name: 'sdb', serial: 'WD-2' }]);
  answer(ataAnswer(), 'sdb');
  await reader.read();
  plugDisk(sys, { name: 'sda' });
  hang('smartctl standby,3 selftest devstat sat sda');
  const first = reader.read();
  await until('it is asked', () => calls().length === 2);
  await waits(3);
  turn(4);
  const observations = await first;
  expect(observations[0]).toMatchObject({ error: { message: expect.stringMatching(/^sda: no answer in \d+ s$/) } });
  expect(observations[1]).toMatchObject({ reading: { power: 'active' } });
});
