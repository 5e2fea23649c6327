import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storageDriveFindings } from '../../../../src/collectors/storage/drives/drive-problems.ts';
import type { StorageDriveReading } from '../../../../src/collectors/storage/drives/drive-reading.ts';
import type { DrivesSettings } from '../../../../src/collectors/storage/drives/settings.ts';
import { StorageDrivesReader } from '../../../../src/collectors/storage/drives/storage-drives-reader.ts';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../../../../src/collectors/storage/helper/protocol.ts';
import { storageCollector } from '../../../../src/collectors/storage/index.ts';
import { PoolsReader } from '../../../../src/collectors/storage/pools/pools-reader.ts';
import { selfTestResult } from '../../../../src/collectors/storage/tools/self-tests.ts';
import { describeError } from '../../../../src/model/errors.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { ataAnswer, plugDisk, powerModeAnswer, type StandInDisk, unplugDisk } from '../../../helpers/disks.ts';
import { drives } from '../../../helpers/drives.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';
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
  const itsRoots = hostRoots({ HOST_SYS: standIn.sys, ...roots });
  const reader = new StorageDrivesReader(agent, memories, itsRoots, { ...settingsOfAll, ...settings });
  const readings: StorageDriveReading[] = [];
  const one = {
    ...standIn,
    ...clock,
    memories,
    reader,
    pools: new PoolsReader(agent, memories, itsRoots),
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
      const reading = withEnglishHint(first.reading);
      readings.push(reading);
      return reading;
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
    findings: () => findingsAfter(storageDriveFindings, ...readings),
    use: () => standIn.sysfs('block/sda/stat', `${Math.random()} 0 8 1`),
  };
  return one;
}

/** A machine whose drives helper has all rights: what it can't read is not for want of them. */
async function machineWithHelper(disks: StandInDisk[], settings: Partial<DrivesSettings> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  mkdirSync(join(root, 'run/infra-monitor'), { recursive: true });
  const one = machine(disks, settings, { HOST_ROOT: root });
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

test('nor does what reads the array of a disk that sleeps ask it anything', async () => {
  const { answer, turn, read, calls, pools, sys } = machine([{}]);
  answer(powerModeAnswer('STANDBY'));
  const array = join(sys, 'block/md0');
  mkdirSync(join(array, 'md/dev-sda'), { recursive: true });
  mkdirSync(join(array, 'slaves/sda'), { recursive: true });
  const files = {
    dev: '9:0',
    'md/array_state': 'clean',
    'md/level': 'raid1',
    'md/raid_disks': '1',
    'md/degraded': '0',
  };
  for (const [name, text] of Object.entries({ ...files, 'md/dev-sda/state': 'in_sync', 'md/dev-sda/slot': '0' }))
    writeFileSync(join(array, name), `${text}\n`);
  writeFileSync(join(sys, 'block/sda/dev'), '8:0\n');
  for (let minute = 0; minute < 3 * 60; minute += 1) {
    turn(60);
    await read();
    const observations = await pools.read();
    expect(observations.filter((one) => 'table' in one && one.table === 'member')).toHaveLength(1);
  }
  expect(calls()).toHaveLength(18);
  expect(new Set(calls())).toEqual(new Set(['smartctl standby,3 selftest devstat sat sda']));
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
  expect(await pass(40)).toMatch(/^smartctl -j -n standby,3 .*\/dev\/sda: the drive did not say whether it is asleep$/);
  expect(calls().every((call) => call.includes('standby,3'))).toBe(true);
});

test('“SLEEP” of a disk that is in use: it is asked without the power question', async () => {
  const { answer, tell, pass, use, read } = await machineWithHelper([{}]);
  answer(powerModeAnswer('SLEEP'));
  for (const logs of ['', ' selftest', ' devstat', ' selftest devstat']) tell(`smartctl${logs} sat sda`, ataAnswer());
  expect(await read()).toMatch(/did not say whether it is asleep/);
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
  const { answer, pass, read, reader, use, findings } = machine([{}]);
  answer(ataAnswer({ raw: { 5: 4 } }));
  await read();
  answer(ataAnswer({ raw: { 5: 20 } }));
  use();
  await pass(11);
  expect(findings()).toEqual(['reallocated_sectors data_at_risk: 16 sectors reallocated within a week (20 in all)']);
  reader.acknowledge('wd_1');
  await pass(1);
  expect(findings()).toEqual([]);
  answer(ataAnswer({ raw: { 5: 31 } }));
  use();
  await pass(11);
  expect(findings()).toEqual(['reallocated_sectors data_at_risk: 11 sectors reallocated within a week (31 in all)']);
});

test('more than ten grown defects within a week are a SAS drive that is going, until they are acknowledged', async () => {
  const { answer, pass, read, reader, use, findings } = machine([{}]);
  const tell = (defects: number) =>
    answer(
      JSON.stringify({
        smartctl: { exit_status: 0 },
        device: { type: 'scsi', protocol: 'SCSI' },
        smart_status: { passed: true },
        scsi_grown_defect_list: defects,
      }),
    );
  tell(12);
  await read();
  tell(13);
  use();
  await pass(11);
  expect(findings()).toEqual(['grown_defects notice: 1 new grown defect (13 in all)']);
  tell(30);
  use();
  await pass(11);
  expect(findings()).toEqual(['grown_defects data_at_risk: 18 grown defects within a week (30 in all)']);
  reader.acknowledge('wd_1');
  await pass(1);
  expect(findings()).toEqual([]);
});

const selfTestAnswer = (more: object) =>
  ataAnswer({ more: { ata_smart_data: { self_test: { status: { value: 0 } } }, ...more } });
const selfTestLog = (...statuses: number[]) => ({
  ata_smart_self_test_log: { standard: { table: statuses.map((value) => ({ status: { value }, lba: 77 })) } },
});

test('a log of self-tests that can’t be read in one hour: the failed test of the hour before is still the newest', async () => {
  const { answer, pass, read, findings } = machine([{ isRotational: false }]);
  const failed = ['self_test data_at_risk: the last self-test failed at block 77'];
  answer(selfTestAnswer(selfTestLog(121)));
  await read();
  for (const unread of [ataAnswer(), selfTestAnswer({}), selfTestAnswer(selfTestLog(25))]) {
    answer(unread);
    await pass(61);
    expect(findings()).toEqual(failed);
  }
  answer(selfTestAnswer(selfTestLog(0)));
  await pass(61);
  expect(findings()).toEqual([]);
});

test('a first self-test that was aborted is no longer one that never ran', async () => {
  const { answer, pass, read, readings } = machine([{ isRotational: false }]);
  answer(selfTestAnswer(selfTestLog()));
  await read();
  answer(selfTestAnswer(selfTestLog(25)));
  await pass(61);
  expect(readings.at(-1)?.report?.selfTests).toEqual({ isRunning: false, latest: undefined, neverRan: false });
});

test.each<[what: string, result: string | undefined, answer: string]>([
  ['no log', undefined, selfTestAnswer({})],
  ['a log that can’t be read', undefined, selfTestAnswer({ ata_smart_self_test_log: {} })],
  ['a log with aborted tests only', undefined, selfTestAnswer(selfTestLog(25, 41))],
  ['an empty log', 'never_run', selfTestAnswer(selfTestLog())],
  [
    'a test that is running, the first',
    'running',
    ataAnswer({ more: { ata_smart_data: { self_test: { status: { value: 249 } } }, ...selfTestLog() } }),
  ],
  [
    'a failure by the status, without a log',
    'failed',
    ataAnswer({ more: { ata_smart_data: { self_test: { status: { value: 121 } } } } }),
  ],
])('the newest self-test of a drive with %s: %s', async (_, result, text) => {
  const { answer, read } = machine([{}]);
  answer(text);
  const { report } = (await read()) as StorageDriveReading;
  expect(report?.selfTests && selfTestResult(report.selfTests)).toBe(result);
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
    { name: 'sdh', serial: 'V1', model: 'VMware Virtual S' },
    { name: 'sdi', serial: 'T1', vendor: 'LIO-ORG', model: 'backup' },
    { name: 'sdj', serial: 'T2', vendor: 'SYNOLOGY', model: 'Storage' },
    { name: 'sdk', serial: 'T3', vendor: 'TrueNAS', model: 'iSCSI Disk' },
    { name: 'sdl', serial: 'Z1', model: 'HGST HSH721414AL' },
    { name: 'sdf', serial: 'MP-1', wwid: 'naa.5000c5000000aaaa', vendor: 'IBM', model: 'LUN' },
    { name: 'sdg', serial: 'MP-1', wwid: 'naa.5000c5000000aaaa', vendor: 'IBM', model: 'LUN' },
  ]);
  sysfs('block/sde/size', '0');
  // Its zones are written in order.
  sysfs('block/sdl/device/type', '20');
  const devices = async () =>
    (await reader.read()).flatMap((one) => ('complaint' in one ? [] : [`${one.device.id}: ${one.device.name}`]));
  expect(await devices()).toEqual([
    'WD-1: nas WDC WD40EFRX WD-1',
    'WD-2: nas WDC WD40EFRX WD-2',
    'naa.5000c50000000011: nas ST2000NX0273',
    'MP-1: nas LUN',
    'Z1: nas HGST HSH721414AL',
  ]);
  unplugDisk(sys, 'sda');
  plugDisk(sys, { name: 'sdz', serial: 'WD-1' });
  expect(await devices()).toContain('WD-1: nas WDC WD40EFRX WD-1');
});

test('drives behind bridges with one serial number remain the same devices when one is unplugged', async () => {
  const { reader, sys } = machine([
    { name: 'sda', serial: 'BRIDGE', wwid: 'naa.5000c50000000011' },
    { name: 'sdb', serial: 'BRIDGE', wwid: 'naa.5000c50000000012' },
  ]);
  const ids = async () =>
    (await reader.read()).map((one) => ('complaint' in one ? renderTranslatableText(one.complaint) : one.device.id));
  expect(await ids()).toEqual(['naa.5000c50000000011', 'naa.5000c50000000012']);
  unplugDisk(sys, 'sda');
  expect(await ids()).toEqual(['naa.5000c50000000012']);
});

test('so does one that is alone after a restart', async () => {
  const one = machine([
    { name: 'sda', serial: 'BRIDGE', wwid: 'naa.5000c50000000011' },
    { name: 'sdb', serial: 'BRIDGE', wwid: 'naa.5000c50000000012' },
  ]);
  for (const name of ['sda', 'sdb']) one.answer(ataAnswer(), name);
  await one.reader.read();
  unplugDisk(one.sys, 'sda');
  const settings = { STORAGE_DRIVES: undefined, STORAGE_DRIVES_EXCLUDE: undefined, STORAGE_DRIVE_TYPES: undefined };
  const after = new StorageDrivesReader(agent, one.memories, hostRoots({ HOST_SYS: one.sys }), settings);
  const [drive] = await after.read();
  expect(drive).toMatchObject({ device: { id: 'naa.5000c50000000012' } });
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
    (await reader.read()).map((one) =>
      'complaint' in one ? renderTranslatableText(one.complaint) : (one.excluded ?? one.table),
    ),
  ).toEqual([true, true, 'STORAGE_DRIVES: there is no drive WD-9; drives found: /dev/sda (WD-1); /dev/sdb (WD-2)']);
  expect(calls()).toEqual([]);
});

test('the type of a drive by setting', async () => {
  const { answer, read, calls } = machine([{}], { STORAGE_DRIVE_TYPES: [{ drive: 'WD-1', type: 'sat,12' }] });
  answer(ataAnswer(), 'sda', 'sat,12');
  await read();
  expect(calls()).toEqual(['smartctl standby,3 selftest devstat sat,12 sda']);
});

test('drives behind a RAID controller, told apart by their serial numbers; what the controller makes of them is not asked', async () => {
  const behind = (serial: string, more: object = {}) =>
    ataAnswer({ more: { serial_number: serial, user_capacity: { bytes: 4e12 }, rotation_rate: 7200, ...more } });
  const { answer, reader, calls, memories } = machine([{ vendor: 'DELL', model: 'PERC H730', serial: 'VD-0' }], {
    STORAGE_DRIVE_TYPES: [
      { drive: '/dev/sda', type: 'megaraid,3' },
      { drive: '/dev/sda', type: 'megaraid,4' },
      { drive: '/dev/bus/0', type: 'megaraid,5' },
      { drive: '/dev/bus/0', type: 'megaraid,6' },
    ],
  });
  answer(behind('BEHIND-3'), 'sda', 'megaraid,3');
  answer(behind('BEHIND-4', { smart_status: { passed: false } }), 'sda', 'megaraid,4');
  answer(behind(''), 'bus/0', 'megaraid,5');
  answer(powerModeAnswer('STANDBY'), 'bus/0', 'megaraid,6');
  const seen = async () =>
    (await reader.read()).map((one) =>
      'complaint' in one
        ? renderTranslatableText(one.complaint)
        : [one.device.id, one.excluded ?? (one.error ? describeError(one.error) : one.reading?.report?.passed)],
    );
  const complaint = 'STORAGE_DRIVE_TYPES: /dev/bus/0=megaraid,5: the drive has no serial number';
  expect(await seen()).toEqual([['VD-0', true], ['BEHIND-3', true], ['BEHIND-4', false], complaint]);
  const [, observation] = await reader.read();
  expect(observation).toMatchObject({
    device: { name: `nas WDC WD40EFRX-68N32N0 HIND-3`, serialNumber: 'BEHIND-3' },
    reading: { capacity: 4e12, isRotational: true, identity: { name: 'sda', slot: 'megaraid,3' } },
  });
  expect(memories.recall('BEHIND-3')).toMatchObject({ acknowledged: { reallocated_sectors: 0 } });
  expect(calls().filter((call) => !call.includes('megaraid,'))).toEqual([]);
});

/** Puts a disk of a made-up /sys where the SCSI hosts are. */
function attachToHost(sys: string, name: string, target: string): void {
  const [, host] = /^target(\d+):/.exec(target) ?? [];
  const folder = join(`devices/pci0/host${host}`, target);
  mkdirSync(join(sys, folder), { recursive: true });
  renameSync(join(sys, 'block', name), join(sys, folder, name));
  symlinkSync(join('..', folder, name), join(sys, 'block', name));
}

test('a drive that its RAID controller passes through is asked by the controller’s type, once that answers; logical drives are not asked', async () => {
  const { answer, reader, calls, sys, turn } = machine([{ serial: 'PASSED' }, { name: 'sdb', serial: 'LOGICAL' }], {
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/bus/0', type: 'megaraid,3' }],
  });
  attachToHost(sys, 'sda', 'target0:0:3/0:0:3:0');
  attachToHost(sys, 'sdb', 'target0:2:0/0:2:0:0');
  const seen = async () =>
    (await reader.read()).map((one) => ('complaint' in one ? 'complaint' : [one.device.id, one.excluded ?? false]));
  answer(ataAnswer());
  expect(await seen()).toEqual([['PASSED', false], ['LOGICAL', true], 'complaint']);
  answer(ataAnswer({ more: { serial_number: 'PASSED' } }), 'bus/0', 'megaraid,3');
  turn(3600);
  expect(await seen()).toEqual([
    ['PASSED', false],
    ['LOGICAL', true],
  ]);
  const before = calls().length;
  turn(3600);
  await seen();
  expect(calls().slice(before)).toEqual(['smartctl standby,3 selftest megaraid,3 bus/0']);
});

/** What `smartctl --scan -j` prints with a MegaRAID controller that has drives with these numbers (7.4, as recorded). */
const megaraidScan = (...numbers: number[]) =>
  JSON.stringify({
    smartctl: { version: [7, 4], argv: ['smartctl', '--scan', '-j'], exit_status: 0 },
    devices: [
      { name: '/dev/sda', info_name: '/dev/sda', type: 'scsi', protocol: 'SCSI' },
      ...numbers.map((number) => ({
        name: '/dev/bus/0',
        info_name: `/dev/bus/0 [megaraid_disk_${String(number).padStart(2, '0')}]`,
        type: `megaraid,${number}`,
        protocol: 'SCSI',
      })),
    ],
  });

/** A machine with a MegaRAID controller: `sda` is a logical drive, `sdb` one that the controller passes through. */
async function machineWithMegaraid(settings: Partial<DrivesSettings> = {}) {
  const one = await machineWithHelper(
    [
      { vendor: 'DELL', model: 'PERC H730', serial: 'LOGICAL' },
      { name: 'sdb', serial: 'PASSED' },
    ],
    settings,
  );
  attachToHost(one.sys, 'sda', 'target0:2:0/0:2:0:0');
  attachToHost(one.sys, 'sdb', 'target0:0:3/0:0:3:0');
  for (const host of ['host0', 'host1', 'host2'])
    mkdirSync(join(one.sys, 'class/scsi_host', host), { recursive: true });
  one.sysfs('class/scsi_host/host0/proc_name', 'megaraid_sas\n');
  one.sysfs('class/scsi_host/host1/proc_name', 'ahci\n');
  return {
    ...one,
    seen: async () =>
      (await one.reader.read()).map((each) =>
        'complaint' in each ? renderTranslatableText(each.complaint) : [each.device.id, each.excluded ?? false],
      ),
    advice: () => one.reader.advice().map((each) => renderTranslatableText(each)),
    scans: () => one.calls().filter((call) => call === 'smartctl').length,
  };
}

test('the drives behind a MegaRAID controller are found by themselves; one that it passes through is asked by its node', async () => {
  const { answer, seen, scans, tell, turn, advice, calls, sysfs } = await machineWithMegaraid();
  tell('smartctl', megaraidScan(3, 8, 9));
  answer(ataAnswer({ more: { serial_number: 'PASSED' } }), 'sdb');
  answer(ataAnswer({ more: { serial_number: 'PASSED' } }), 'bus/0', 'megaraid,3');
  answer(ataAnswer({ more: { serial_number: 'BEHIND-8' } }), 'bus/0', 'megaraid,8');
  answer(powerModeAnswer('STANDBY'), 'bus/0', 'megaraid,9');
  const all = [
    ['LOGICAL', true],
    ['PASSED', false],
    ['BEHIND-8', false],
  ];
  expect(await seen()).toEqual(all);
  expect(advice()).toEqual([]);
  turn(24 * 3600);
  expect(await seen()).toEqual(all);
  turn(700);
  sysfs('block/sda/stat', '77 0 8 1');
  const before = calls().length;
  await seen();
  expect(calls().slice(before), 'it is used, as the logical drive is').toContain('smartctl standby,3 megaraid,8 bus/0');
  expect(calls().filter((call) => call.includes('megaraid,3'))).toHaveLength(1);
  expect(calls().filter((call) => call.includes('bus/0') && !call.includes('standby,3'))).toEqual([]);
  expect(scans()).toBe(1);
  sysfs('class/scsi_host/host2/proc_name', 'megaraid_sas\n');
  tell('smartctl', megaraidScan(8));
  expect(await seen()).toEqual(all);
  expect(scans(), 'there is another controller').toBe(2);
});

test('a drive that its MegaRAID controller lists and that does not answer is told', async () => {
  const { fail, seen, tell } = await machineWithMegaraid();
  tell('smartctl', megaraidScan(8));
  for (const logs of [' selftest devstat', '']) fail(`smartctl standby,3${logs} megaraid,8 bus/0`, 'INQUIRY failed');
  expect(await seen()).toContainEqual(
    expect.stringMatching(/^\/dev\/bus\/0 -d megaraid,8: smartctl .*: INQUIRY failed$/),
  );
});

test('where a MegaRAID controller does not tell its drives, it is said what to do, and its disks stay', async () => {
  const { seen, tell, advice, scans, turn, fail } = await machineWithMegaraid();
  tell('smartctl', megaraidScan());
  const disks = [
    ['LOGICAL', false],
    ['PASSED', false],
  ];
  expect(await seen()).toEqual(disks);
  const unknown = 'which drives are behind the MegaRAID controller is not known';
  expect(advice()).toEqual([`${unknown}: run smartctl --scan once as root; or name them in STORAGE_DRIVE_TYPES`]);
  turn(24 * 3600);
  await seen();
  expect(scans()).toBe(1);
  const other = await machineWithMegaraid();
  fail('smartctl', 'no');
  expect(await other.seen()).toEqual(disks);
  expect(other.advice()).toEqual([
    expect.stringMatching(new RegExp(`^${unknown}: .+; or name them in STORAGE_DRIVE_TYPES$`)),
  ]);
});

test('a scan for drives behind a MegaRAID controller that has failed is repeated, more and more rarely', async () => {
  const { answer, seen, scans, tell, turn, fail, advice } = await machineWithMegaraid();
  fail('smartctl', 'no');
  answer(ataAnswer({ more: { serial_number: 'BEHIND-8' } }), 'bus/0', 'megaraid,8');
  await seen();
  turn(30);
  await seen();
  expect(scans()).toBe(1);
  for (let minutes = 0; minutes < 360; minutes += 10) {
    turn(600);
    await seen();
  }
  expect(scans()).toBe(11);
  expect(advice()).toHaveLength(1);
  tell('smartctl', megaraidScan(8));
  turn(3600);
  expect(await seen()).toEqual([
    ['LOGICAL', true],
    ['PASSED', false],
    ['BEHIND-8', false],
  ]);
  expect(advice()).toEqual([]);
  turn(24 * 3600);
  await seen();
  expect(scans()).toBe(12);
});

test('what is known of drives behind a MegaRAID controller stays when it is asked again', async () => {
  const { answer, seen, scans, tell, turn, sysfs, fail, advice } = await machineWithMegaraid();
  tell('smartctl', megaraidScan(8, 9));
  answer(ataAnswer({ more: { serial_number: 'BEHIND-8' } }), 'bus/0', 'megaraid,8');
  answer(ataAnswer({ more: { serial_number: 'BEHIND-9' } }), 'bus/0', 'megaraid,9');
  const all = [
    ['LOGICAL', true],
    ['PASSED', false],
    ['BEHIND-8', false],
    ['BEHIND-9', false],
  ];
  expect(await seen()).toEqual(all);
  answer(powerModeAnswer('STANDBY'), 'bus/0', 'megaraid,8');
  turn(700);
  expect(await seen()).toEqual(all);
  sysfs('class/scsi_host/host2/proc_name', 'megaraid_sas\n');
  expect(await seen(), 'one sleeps').toEqual(all);
  expect(scans()).toBe(2);
  turn(700);
  fail('smartctl', 'no');
  sysfs('class/scsi_host/host1/proc_name', 'megaraid_sas\n');
  expect(await seen(), 'the controllers do not answer').toEqual(all);
  expect([scans(), advice().length]).toEqual([3, 1]);
  tell('smartctl', megaraidScan(8));
  turn(60);
  expect(await seen(), 'one was taken away').toEqual(all.slice(0, 3));
  expect([scans(), advice()]).toEqual([4, []]);
  for (const host of ['host0', 'host1', 'host2']) sysfs(`class/scsi_host/${host}/proc_name`, 'gone\n');
  expect(await seen(), 'there is no controller').toEqual([
    ['LOGICAL', false],
    ['PASSED', false],
  ]);
});

test.each<[of: string, drive: string, type: string, others: [name: string, target: string][], isInUse: boolean]>([
  ['a MegaRAID controller with one logical drive', '/dev/bus/0', 'megaraid,8', [], true],
  ['one that passes a drive through', '/dev/bus/0', 'megaraid,8', [['sdb', 'target0:0:3/0:0:3:0']], true],
  ['one with two logical drives', '/dev/bus/0', 'megaraid,8', [['sdb', 'target0:2:1/0:2:1:0']], false],
  ['one that a logical drive names', '/dev/sda', 'megaraid,8', [['sdb', 'target0:2:1/0:2:1:0']], false],
  ['one beside another controller', '/dev/sda', 'megaraid,8', [['sdb', 'target1:2:0/1:2:0:0']], true],
  ['a Smart Array with two logical drives', '/dev/sda', 'cciss,0', [['sdb', 'target0:1:1/0:1:1:0']], false],
])(
  'a drive behind %s that falls silent: it is in use only if it is what is used',
  async (_, drive, type, others, isInUse) => {
    const { answer, reader, sys, use, turn, calls } = await machineWithHelper(
      [{ serial: 'LOGICAL' }, ...others.map(([name]) => ({ name, serial: `OTHER-${name}` }))],
      { STORAGE_DRIVE_TYPES: [{ drive, type }] },
    );
    attachToHost(sys, 'sda', 'target0:2:0/0:2:0:0');
    for (const [name, target] of others) attachToHost(sys, name, target);
    mkdirSync(join(sys, 'class/scsi_host/host0'), { recursive: true });
    const node = drive.replace('/dev/', '');
    answer(ataAnswer({ more: { serial_number: 'BEHIND', rotation_rate: 7200 } }), node, type);
    await reader.read();
    const questions = () => calls().filter((call) => call.endsWith(` ${type} ${node}`));
    const begin = questions().length;
    for (let minute = 0; minute < 60; minute += 1) {
      turn(60);
      use();
      await reader.read();
    }
    expect(questions().length - begin, 'questions in an hour').toBe(isInUse ? 6 : 2);
    answer(powerModeAnswer('SLEEP'), node, type);
    for (let minute = 0; minute < 60; minute += 1) {
      turn(60);
      use();
      await reader.read();
    }
    expect(questions().some((call) => !call.includes('standby,3'))).toBe(isInUse);
  },
);

test('a drive behind a controller is not in use because a logical drive has come or gone', async () => {
  const { answer, seen, tell, turn, sys, calls } = await machineWithMegaraid();
  tell('smartctl', megaraidScan(8));
  answer(ataAnswer({ more: { serial_number: 'BEHIND-8', rotation_rate: 7200 } }), 'bus/0', 'megaraid,8');
  await seen();
  turn(700);
  await seen();
  answer(powerModeAnswer('SLEEP'), 'bus/0', 'megaraid,8');
  plugDisk(sys, { name: 'sdc', serial: 'LOGICAL-2' });
  attachToHost(sys, 'sdc', 'target0:2:1/0:2:1:0');
  for (let reading = 0; reading < 4; reading += 1) {
    turn(1800);
    if (reading === 2) unplugDisk(sys, 'sdc');
    await seen();
  }
  expect(calls().filter((call) => call.includes('bus/0') && !call.includes('standby,3'))).toEqual([]);
});

test('no MegaRAID controller is asked for its drives if the settings name them, nor if there is none', async () => {
  const named = await machineWithMegaraid({ STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,8' }] });
  await named.seen();
  expect(named.scans()).toBe(0);
  expect(named.advice()).toEqual([]);
  const without = await machineWithHelper([{}]);
  await without.reader.read();
  expect(without.calls()).not.toContain('smartctl');
  expect(without.reader.advice()).toEqual([]);
});

/** What a drive behind a controller answers. */
const behindController = (serial: string, more: object = {}, raw: Record<number, number> = {}) =>
  ataAnswer({ raw, more: { serial_number: serial, user_capacity: { bytes: 4e12 }, rotation_rate: 7200, ...more } });

/** Each drive by its id: who answered, and how; else why it was not read. */
async function readingsById(reader: StorageDrivesReader) {
  const observations = await reader.read();
  return Object.fromEntries(
    observations.map((one) => {
      if ('complaint' in one) return ['complaint', renderTranslatableText(one.complaint)];
      if (one.reading === undefined) return [one.device.id, one.excluded ? 'excluded' : describeError(one.error)];
      const { report, newErrors } = one.reading;
      return [one.device.id, [report?.serial, report?.passed, newErrors?.reallocated_sectors]];
    }),
  );
}

const raidDisk = { vendor: 'DELL', model: 'PERC H730', serial: 'VD-0' };

test('a drive behind a RAID controller that is exchanged is another one from its first answer on', async () => {
  const { answer, reader, turn, use, calls, memories } = machine([raidDisk], {
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }],
  });
  answer(behindController('OLD', { smart_status: { passed: false } }, { 5: 40 }), 'sda', 'megaraid,3');
  const first = { 'VD-0': 'excluded', OLD: ['OLD', false, 0] };
  expect(await readingsById(reader)).toEqual(first);
  expect(calls(), 'one question says both').toHaveLength(1);
  answer(behindController('NEW', {}, { 5: 7 }), 'sda', 'megaraid,3');
  const seen: string[] = [];
  for (let minute = 0; minute < 12; minute += 1) {
    turn(60);
    use();
    const readings = await readingsById(reader);
    seen.push(JSON.stringify(readings));
  }
  const second = JSON.stringify({ 'VD-0': 'excluded', NEW: ['NEW', true, 0] });
  expect([...new Set(seen)]).toEqual([JSON.stringify(first), second]);
  expect(seen.at(-1)).toBe(second);
  expect(calls().at(-1), 'nothing is known of its logs').toBe('smartctl standby,3 selftest devstat megaraid,3 sda');
  expect(memories.recall('OLD')).toMatchObject({ acknowledged: { reallocated_sectors: 40 } });
  expect(memories.recall('NEW')).toMatchObject({ acknowledged: { reallocated_sectors: 7 } });
});

test('two drives behind a RAID controller that change places keep their devices', async () => {
  const { answer, reader, turn, use } = machine([raidDisk], {
    STORAGE_DRIVE_TYPES: [
      { drive: '/dev/sda', type: 'megaraid,3' },
      { drive: '/dev/sda', type: 'megaraid,4' },
    ],
  });
  answer(behindController('A', { smart_status: { passed: false } }, { 5: 40 }), 'sda', 'megaraid,3');
  answer(behindController('B'), 'sda', 'megaraid,4');
  const readings = { 'VD-0': 'excluded', A: ['A', false, 0], B: ['B', true, 0] };
  expect(await readingsById(reader)).toEqual(readings);
  answer(behindController('B'), 'sda', 'megaraid,3');
  answer(behindController('A', { smart_status: { passed: false } }, { 5: 41 }), 'sda', 'megaraid,4');
  turn(3600);
  use();
  expect(await readingsById(reader)).toEqual({ ...readings, A: ['A', false, 1] });
});

test('an empty slot is one whose drive says nothing, until another one answers', async () => {
  const { answer, fail, reader, turn, use } = machine([raidDisk], {
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }],
  });
  answer(behindController('OLD'), 'sda', 'megaraid,3');
  await readingsById(reader);
  for (const log of logs) fail(`smartctl standby,3${log} megaraid,3 sda`, 'Read Device Identity failed');
  turn(3600);
  use();
  expect(await readingsById(reader)).toEqual({ 'VD-0': 'excluded', OLD: [undefined, undefined, undefined] });
  answer(behindController('NEW'), 'sda', 'megaraid,3');
  turn(3600);
  expect(await readingsById(reader)).toEqual({ 'VD-0': 'excluded', NEW: ['NEW', true, 0] });
});

test('a drive that is passed through keeps what the kernel knows of it, and its names', async () => {
  const { answer, reader, calls, sys, sysfs, turn } = machine([raidDisk, { name: 'sdb', serial: 'PASS', model: 'X' }], {
    STORAGE_DRIVES: ['sdb'],
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }],
  });
  answer(behindController('PASS'), 'sda', 'megaraid,3');
  expect(await readingsById(reader)).toEqual({ 'VD-0': 'excluded', PASS: ['PASS', true, 0] });
  expect((await reader.read())[1]).toMatchObject({
    device: { model: 'X' },
    reading: { identity: { name: 'sdb', bus: 'ata' }, kernelState: 'running', capacity: 4_000_787_030_016 },
  });
  expect(calls()).toEqual(['smartctl standby,3 selftest devstat megaraid,3 sda']);
  turn(3600);
  sysfs('block/sdb/stat', '2 0 8 1');
  mkdirSync(join(sys, 'block/sdb/device/power'));
  sysfs('block/sdb/device/power/runtime_status', 'suspended');
  expect((await reader.read())[1]).toMatchObject({ reading: { power: 'standby', report: { serial: 'PASS' } } });
  sysfs('block/sdb/device/power/runtime_status', 'active');
  sysfs('block/sdb/device/state', 'offline');
  expect((await reader.read())[1]).toMatchObject({ reading: { kernelState: 'offline', report: undefined } });
  expect(calls(), 'nor is it asked').toHaveLength(1);
  sysfs('block/sdb/device/state', 'running');
  expect((await reader.read())[1]).toMatchObject({ reading: { power: 'active', report: { serial: 'PASS' } } });
  expect(calls()).toHaveLength(2);
});

test('a drive behind a RAID controller that is excluded is asked until it is known, and no more', async () => {
  const { answer, reader, calls, turn, use } = machine([raidDisk], {
    STORAGE_DRIVES_EXCLUDE: ['OUT'],
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }],
  });
  answer(behindController('OUT'), 'sda', 'megaraid,3');
  for (let hour = 0; hour < 3; hour += 1) {
    expect(await readingsById(reader)).toEqual({ 'VD-0': 'excluded', OUT: 'excluded' });
    turn(3600);
    use();
  }
  expect(calls()).toHaveLength(1);
});

test('one that is not listed is asked, so that a listed one in its place is found', async () => {
  const { answer, reader, turn, use } = machine([raidDisk], {
    STORAGE_DRIVES: ['IN'],
    STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }],
  });
  answer(behindController('OTHER'), 'sda', 'megaraid,3');
  expect(await readingsById(reader)).toMatchObject({
    OTHER: 'excluded',
    complaint: expect.stringContaining('no drive IN'),
  });
  answer(behindController('IN'), 'sda', 'megaraid,3');
  turn(3600);
  use();
  expect(await readingsById(reader)).toEqual({ 'VD-0': 'excluded', IN: ['IN', true, 0] });
});

test('a serial number that two drives of the kernel share does not say which of them a controller passes through', async () => {
  const { answer, reader } = machine(
    [
      raidDisk,
      { name: 'sdb', serial: 'SAME', wwid: 'naa.5000c50000000001' },
      { name: 'sdc', serial: 'SAME', wwid: 'naa.5000c50000000002' },
    ],
    { STORAGE_DRIVE_TYPES: [{ drive: '/dev/sda', type: 'megaraid,3' }] },
  );
  answer(behindController('SAME', { smart_status: { passed: false } }), 'sda', 'megaraid,3');
  answer(behindController('SAME'), 'sdb');
  answer(behindController('SAME'), 'sdc');
  expect(await readingsById(reader)).toEqual({
    'VD-0': 'excluded',
    'naa.5000c50000000001': ['SAME', true, 0],
    'naa.5000c50000000002': ['SAME', true, 0],
    SAME: ['SAME', false, 0],
  });
});

test('a drive whose name is another one’s before the kernel’s folder says so gets no reading of that one', async () => {
  const { answer, reader, turn, use, sys } = machine([{ serial: 'WD-1' }]);
  answer(ataAnswer());
  expect(await readingsById(reader)).toEqual({ 'WD-1': ['WD-1', true, 0] });
  answer(behindController('WD-2', { smart_status: { passed: false } }));
  const other = 'sda: another drive answers: its serial number is WD-2, not WD-1';
  for (let hour = 0; hour < 3; hour += 1) {
    turn(3600);
    use();
    expect(await readingsById(reader)).toEqual({ 'WD-1': other });
  }
  plugDisk(sys, { serial: 'WD-2' });
  expect(await readingsById(reader)).toEqual({ 'WD-2': ['WD-2', false, 0] });
});

test('a drive that is exchanged in a USB dock, whose serial number stays: what the one before had is not held against it', async () => {
  const { answer, reader, turn, use, memories } = machine([{ serial: 'DOCK' }]);
  answer(behindController('A', {}, { 5: 3 }));
  expect(await readingsById(reader)).toEqual({ DOCK: ['A', true, 0] });
  answer(behindController('B', {}, { 5: 40 }));
  turn(3600);
  use();
  expect(await readingsById(reader)).toEqual({ DOCK: 'sda: another drive answers: its serial number is B, not A' });
  turn(60);
  expect(await readingsById(reader)).toEqual({ DOCK: ['B', true, 0] });
  expect(memories.recall('DOCK')).toMatchObject({ acknowledged: { reallocated_sectors: 40 } });
});

test.each([
  [
    '/dev/sda -d megaraid,3 /dev/sda -d megaraid,4',
    [
      { drive: '/dev/sda', type: 'megaraid,3' },
      { drive: '/dev/sda', type: 'megaraid,4' },
    ],
  ],
  ['/dev/bus/0=sat+megaraid,12', [{ drive: '/dev/bus/0', type: 'sat+megaraid,12' }]],
  ['/dev/sg0=cciss,1', [{ drive: '/dev/sg0', type: 'cciss,1' }]],
  ['/dev/twa0=3ware,7', [{ drive: '/dev/twa0', type: '3ware,7' }]],
  ['/dev/sg2=areca,3/1', [{ drive: '/dev/sg2', type: 'areca,3/1' }]],
  ['/dev/sdc=aacraid,0,0,2', [{ drive: '/dev/sdc', type: 'aacraid,0,0,2' }]],
  [
    'S4EWNX0N123456=sntjmicron  /dev/sdb=sat,12',
    [
      { drive: 'S4EWNX0N123456', type: 'sntjmicron' },
      { drive: '/dev/sdb', type: 'sat,12' },
    ],
  ],
  ['/dev/sdb=sntrealtek/sat', [{ drive: '/dev/sdb', type: 'sntrealtek/sat' }]],
  ['/dev/sdb=jmb39x,1', undefined],
  ['/dev/sdb=megaraid', undefined],
  ['/dev/sdb=test', undefined],
  ['/dev/sdb -s off', undefined],
  ['/dev/sdb', undefined],
])('types by setting: %s', (text, types) =>
  expect(storageCollector.env.safeParse({ STORAGE_DRIVE_TYPES: text }).data?.STORAGE_DRIVE_TYPES).toEqual(types),
);

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

const logs = ['', ' selftest', ' devstat', ' selftest devstat'];

test('a disk in use that fails the power question each time: it is asked again without it, in the same reading', async () => {
  const { answer, tell, pass, use, read, calls } = await machineWithHelper([{}]);
  answer(powerModeAnswer('SLEEP'));
  for (const log of logs) tell(`smartctl${log} sat sda`, ataAnswer());
  expect(await read(), 'nobody uses it').toMatch(/did not say whether it is asleep/);
  for (let minute = 0; minute < 60; minute += 1) {
    use();
    expect(await pass(1), `minute ${minute}`).toMatchObject({ power: 'active', temperature: 31 });
  }
  const before = calls().length;
  await pass(120);
  expect(calls(), 'nor is it asked later, while nobody uses it').toHaveLength(before);
  use();
  await pass(1);
  expect(calls().slice(before)).toEqual([expect.stringContaining('standby,3'), expect.not.stringContaining('standby')]);
});

test('a drive that the kernel has given up is at risk from the first reading on, and is not asked', async () => {
  for (const state of ['offline', 'transport-offline']) {
    const { answer, read, calls, findings } = machine([{ isRotational: false, state }]);
    answer(ataAnswer());
    expect(await read()).toMatchObject({ kernelState: state, report: undefined, power: undefined });
    expect(findings()).toEqual([expect.stringMatching(/^offline data_at_risk: the kernel has given up on the drive/)]);
    expect(calls()).toEqual([]);
  }
});

test('one that it gives up later keeps its problems, and is asked again when it runs again', async () => {
  const { answer, pass, read, calls, findings, sysfs } = machine([{ isRotational: false }]);
  answer(ataAnswer({ passed: false }));
  await read();
  sysfs('block/sda/device/state', 'offline');
  expect(await pass(5)).toMatchObject({ report: undefined });
  expect(calls()).toHaveLength(1);
  expect(findings()).toEqual([
    expect.stringMatching(/^offline data_at_risk: /),
    expect.stringMatching(/^verdict data_at_risk: .*\?$/),
  ]);
  sysfs('block/sda/device/state', 'running');
  expect(await pass(1)).toMatchObject({ power: 'active' });
  expect(findings()).toEqual([expect.stringMatching(/^verdict data_at_risk: .*[^?]$/)]);
});

test('a drive with two paths is given up only if both are', async () => {
  const path = { serial: 'MP-1', wwid: 'naa.5000c5000000aaaa', vendor: 'IBM', model: 'LUN' };
  for (const [states, expected] of [
    [['offline', 'running'], 'running'],
    [['running', 'offline'], 'running'],
    [['transport-offline', 'offline'], 'offline'],
  ] as const) {
    const { read, answer } = machine(
      states.map((state, index) => ({ ...path, name: ['sda', 'sdb'][index] ?? '', state })),
    );
    answer(ataAnswer());
    expect(await read()).toMatchObject({ kernelState: expected });
  }
});

/** A machine whose drives helper hangs up until it is mended. */
async function machineWithBrokenHelper(disks: StandInDisk[]) {
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  mkdirSync(join(root, 'run/infra-monitor'), { recursive: true });
  const path = join(root, drivesHelperSocketPath);
  const broken = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => broken.listen(path, resolve));
  const one = machine(disks, {}, { HOST_ROOT: root });
  const server = new DrivesHelperServer(one.sys);
  onTestFinished(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });
  return {
    ...one,
    async mend() {
      await new Promise((resolve) => broken.close(resolve));
      await server.listen({ path });
    },
  };
}

test('a helper that hung up is what is wrong, not a right of the agent, and is asked again', async () => {
  const { answer, pass, read, mend, tell } = await machineWithBrokenHelper([{ isRotational: false }]);
  expect(await read()).toMatch(/^the drives helper (gave no answer|can’t be reached)/);
  expect(await pass(3)).toMatch(/^the drives helper (gave no answer|can’t be reached)/);
  await mend();
  answer(ataAnswer());
  for (const log of logs) tell(`smartctl${log} sat sda`, ataAnswer());
  expect(await pass(5)).toMatchObject({ power: 'active', hint: undefined });
});

test('what can ask without the helper does, in the same reading', async () => {
  const { answer, read } = await machineWithBrokenHelper([{}]);
  answer(ataAnswer());
  expect(await read()).toMatchObject({ power: 'active', hint: undefined });
});

/** Not where it was started with NoNewPrivileges. */
const sudoMayRaise =
  process.platform === 'linux' && !/^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'));

test.runIf(sudoMayRaise)('with a sudo rule that works, a drive that fails is a failure of the drive', async () => {
  const { asUser, fail, tell, pass, read } = machine([{}]);
  asUser();
  const say = (text: string) => {
    for (const log of logs) tell(`sudo smartctl standby,3${log} sat sda`, text);
  };
  say(ataAnswer());
  expect(await read()).toMatchObject({ power: 'active' });
  say(powerModeAnswer('SLEEP'));
  expect(await pass(40)).toMatch(/did not say whether it is asleep$/);
  for (const log of logs) fail(`sudo smartctl standby,3${log} sat sda`, 'Read Device Identity failed');
  expect(await pass(40)).toMatch(/Read Device Identity failed$/);
});

test.runIf(sudoMayRaise)('without a sudo rule, the right is what is missing, and sudo is tried once', async () => {
  const { asUser, fail, pass, read, calls } = machine([{}]);
  asUser();
  for (const log of logs) fail(`sudo smartctl standby,3${log} sat sda`, 'sudo: a password is required');
  expect(await read()).toMatchObject({ hint: expect.stringMatching(/^\/dev\/sda is not there/) });
  expect(await pass(40)).toMatchObject({ hint: expect.stringMatching(/^\/dev\/sda is not there/) });
  expect(calls().filter((call) => call.startsWith('sudo'))).toHaveLength(1);
});

// The folders of administration commands are searched in any case.
const isSudoThere = ['/usr/local/sbin', '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, 'sudo')));

test.runIf(sudoMayRaise && !isSudoThere)('where sudo is not installed, the right is what is missing', async () => {
  const { asUser, read, sys } = machine([{}]);
  asUser();
  process.env.PATH = sys;
  expect(await read()).toMatchObject({ hint: expect.stringMatching(/^\/dev\/sda is not there/) });
});
