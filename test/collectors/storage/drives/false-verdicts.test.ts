import { expect, test } from 'vitest';
import type { DriveHealthReport } from '../../../../src/collectors/storage/drives/drive-health-report.ts';
import {
  acknowledgeFirstErrorCounts,
  emptyDriveMemory,
  newErrorsSinceAcknowledged,
} from '../../../../src/collectors/storage/drives/drive-memory.ts';
import {
  storageDriveFindings,
  storageDriveProblemAndReason,
} from '../../../../src/collectors/storage/drives/drive-problems.ts';
import type { StorageDriveReading } from '../../../../src/collectors/storage/drives/drive-reading.ts';
import { parseSmartctlAnswer } from '../../../../src/collectors/storage/drives/smartctl-answer.ts';
import { ataAnswer } from '../../../helpers/disks.ts';
import { findingsAfter } from '../../../helpers/findings.ts';

function reportOf(text: string): DriveHealthReport {
  const answer = parseSmartctlAnswer(text);
  if (answer.kind === 'asleep') throw new Error('it sleeps');
  return answer.report;
}

/** A drive that has been watched since it answered `first`, and now answers `last`. */
function reading(first: string, last = first, isRotational = true): StorageDriveReading {
  const memory = acknowledgeFirstErrorCounts(emptyDriveMemory, reportOf(first).counts);
  const report = reportOf(last);
  return {
    identity: { name: 'sda', bus: 'ata', model: 'X' },
    isRotational,
    capacity: 1e12,
    kernelState: 'running',
    power: 'active',
    hint: undefined,
    report,
    readAt: new Date(),
    temperature: report.temperature,
    newErrors: newErrorsSinceAcknowledged(memory, report.counts),
    reallocatedInWeek: 0,
    isPendingCertain: isRotational ? true : undefined,
  };
}

const findings = (first: string, last = first, isRotational = true) =>
  findingsAfter(storageDriveFindings, reading(first, last, isRotational));

const selfTest = (...statuses: number[]) => ({
  ata_smart_self_test_log: {
    standard: {
      table: statuses.map((value) => ({ status: { value }, lifetime_hours: 900, lba: 77 })),
      count: statuses.length,
    },
  },
});
/** Type and status of each, the newest first. */
const selfTestsOfTypes = (...tests: [type: number, status: number][]) => ({
  ata_smart_self_test_log: {
    standard: { table: tests.map(([type, value]) => ({ type: { value: type }, status: { value }, lba: 77 })) },
  },
});
const [short, extended] = [1, 2];
const statistics = (name: string, value: number, valid = true) => ({
  ata_device_statistics: { pages: [{ number: 7, table: [{ name, value, flags: { valid } }] }] },
});

test.each<[what: string, answer: string]>([
  ['exit status 64: errors long ago in the log', ataAnswer({ exitStatus: 64 })],
  ['exit status 192: and a self-test that failed and was outdated', ataAnswer({ exitStatus: 192 })],
  ['exit status 32: an attribute was below its threshold in the past', ataAnswer({ exitStatus: 32 })],
  ['exit status 4: one of the commands is not supported', ataAnswer({ exitStatus: 4 })],
  ['command timeouts, three numbers in one', ataAnswer({ raw: { 188: '4295098372' } })],
  ['read errors of Seagate: operations in the low bits', ataAnswer({ raw: { 1: '156289144' } })],
  ['seek errors of Seagate', ataAnswer({ raw: { 7: '816412345' } })],
  ['recovered errors of Seagate', ataAnswer({ raw: { 195: '156289144' } })],
  ['reallocated sectors that have been there for years', ataAnswer({ raw: { 5: 16 } })],
  [
    'reallocated blocks of an SSD, by another name',
    ataAnswer({ raw: { 5: 12 }, names: { 5: 'Reallocate_NAND_Blk_Cnt' } }),
  ],
  ['uncorrectable errors from before', ataAnswer({ raw: { 187: 5 } })],
  ['CRC errors of a cable that was replaced', ataAnswer({ raw: { 199: 311 } })],
  [
    'what an SSD has read and written by the ids of bad sectors and cable errors (Indilinx)',
    ataAnswer({
      raw: { 197: 3, 198: 23456, 199: 12345 },
      names: { 197: 'Total_Unc_Read_Failures', 198: 'Host_Reads_GiB', 199: 'Host_Writes_GiB' },
      more: { rotation_rate: 0 },
    }),
  ],
  ['end-to-end errors from before', ataAnswer({ raw: { 184: 1 } })],
  ['spin retries from before', ataAnswer({ raw: { 10: 2 } })],
  ['a count of all ones', ataAnswer({ raw: { 197: 4294967295 } })],
  ['a count that is not decimal', ataAnswer({ raw: { 197: '0x000000000005' } })],
  ['an aborted self-test', ataAnswer({ more: selfTest(25) })],
  ['an interrupted self-test', ataAnswer({ more: selfTest(41) })],
  ['a self-test that is running', ataAnswer({ more: selfTest(249) })],
  ['a failed self-test before one that passed', ataAnswer({ more: selfTest(0, 121) })],
  ['an aborted self-test after one that passed', ataAnswer({ more: selfTest(25, 0, 121) })],
  ['a failed short self-test before one that passed', ataAnswer({ more: selfTestsOfTypes([short, 0], [short, 121]) })],
  [
    'a failed self-test before an extended one that passed, and a short one since',
    ataAnswer({ more: selfTestsOfTypes([short, 0], [extended, 0], [extended, 121]) }),
  ],
  ['no self-test, ever', ataAnswer({ more: selfTest() })],
  [
    'a drive without SMART',
    ataAnswer({ passed: null, more: { smart_support: { available: false }, ata_smart_attributes: {} } }),
  ],
  ['SMART that is off', ataAnswer({ passed: null, more: { smart_support: { available: true, enabled: false } } })],
  ['a verdict that is missing', ataAnswer({ passed: null })],
  [
    'a verdict by attributes, of a bridge that loses registers',
    ataAnswer({ messages: ['Warning: This result is based on an Attribute check.'] }),
  ],
  ['a low value that is not below its threshold', ataAnswer({ normalised: { 5: 11 } })],
  ['a temperature attribute that packs minimum and maximum', ataAnswer({ raw: { 194: '36 (0 18 0 0 0)' } })],
  ['a temperature of 0, which stands for none', ataAnswer({ raw: { 194: '0' } })],
  ['a statistic that is not valid', ataAnswer({ more: statistics('Percentage Used Endurance Indicator', 200, false) })],
  [
    'attribute 233 that counts gigabytes (Kingston)',
    ataAnswer({
      raw: { 233: 12345 },
      normalised: { 233: 1 },
      names: { 233: 'Flash_Writes_GiB' },
      more: { rotation_rate: 0 },
    }),
  ],
  [
    'attribute 231 that is a temperature',
    ataAnswer({
      raw: { 231: 40 },
      normalised: { 231: 5 },
      names: { 231: 'Temperature_Celsius' },
      more: { rotation_rate: 0 },
    }),
  ],
])('no problem: %s', (_, answer) => expect(findings(answer)).toEqual([]));

test('no problem, and no claim that there is none: a drive that says nothing of itself', () => {
  const silent = ataAnswer({ passed: null, more: { smart_support: { available: false }, ata_smart_attributes: {} } });
  expect(storageDriveProblemAndReason(reading(silent))).toEqual({});
  expect(storageDriveProblemAndReason(reading(ataAnswer()))).toEqual({ problem: false, reason: 'none' });
});

const unreadAttributes = { ata_smart_attributes: undefined, temperature: undefined };
test.each<[what: string, before: string]>([
  ['pending sectors', ataAnswer({ raw: { 197: 8 } })],
  ['an attribute below its threshold', ataAnswer({ failingNow: [5] })],
  ['a temperature that the drive calls too high', ataAnswer({ failingNow: [194] })],
  [
    'wear',
    ataAnswer({
      normalised: { 177: 4 },
      raw: { 177: 1900 },
      names: { 177: 'Wear_Leveling' },
      more: { rotation_rate: 0 },
    }),
  ],
  ['a failed self-test', ataAnswer({ more: selfTest(121) })],
])(
  'a drive that passes but whose attributes and logs can’t be read leaves it open whether it is over: %s',
  (_, before) => {
    const unread = ataAnswer({ more: unreadAttributes });
    const found = findings(before);
    expect(found).toHaveLength(1);
    expect(findingsAfter(storageDriveFindings, reading(before), reading(before, unread))).toEqual(
      found.map((finding) => `${finding}?`),
    );
    expect(storageDriveProblemAndReason(reading(before, unread))).toEqual({});
    const names = { 177: 'Wear_Leveling' };
    const well = ataAnswer({ raw: { 177: 12 }, names, more: { rotation_rate: 0, ...selfTest() } });
    expect(findingsAfter(storageDriveFindings, reading(before), reading(before, unread), reading(well))).toEqual([]);
  },
);

test('no problem: an SSD that counts one pending sector for a moment', () =>
  expect(findings(ataAnswer(), ataAnswer({ raw: { 197: 1 } }), false)).toEqual([]));

test('no problem: errors that an SSD corrected, counted by the id of end-to-end errors', () => {
  const corrected = (count: number) => ataAnswer({ raw: { 184: count }, names: { 184: 'Error_Correction_Count' } });
  expect(findings(corrected(0), corrected(7), false)).toEqual([]);
});

test('what a drive has never counted, though smartctl once called an attribute so, is no open question', () => {
  const before = ataAnswer({ raw: { 184: 0 } });
  const renamed = ataAnswer({ raw: { 184: 7 }, names: { 184: 'Error_Correction_Count' } });
  expect(storageDriveProblemAndReason(reading(before, renamed))).toEqual({ problem: false, reason: 'none' });
  const unreadable = ataAnswer({ raw: { 184: 4294967295 } });
  expect(storageDriveProblemAndReason(reading(before, unreadable))).toEqual({});
});

test('no problem: counts that are lower than before', () =>
  expect(findings(ataAnswer({ raw: { 5: 9, 199: 9 } }), ataAnswer())).toEqual([]));

test.each<[what: string, finding: string, first: string, last?: string]>([
  [
    'passed, though 624 sectors can’t be read',
    'pending_sectors data_at_risk: 624 sectors that can’t be read',
    ataAnswer({ raw: { 197: 624 } }),
  ],
  [
    'the drive’s own verdict',
    'verdict data_at_risk: the drive itself says that it is failing',
    ataAnswer({ passed: false }),
  ],
  [
    'an attribute below its threshold',
    'verdict data_at_risk: the drive itself says that it is failing (Reallocated_Sector_Ct)',
    ataAnswer({ failingNow: [5], names: { 5: 'Reallocated_Sector_Ct' } }),
  ],
  ['too hot by its own limit', 'temperature degraded: too hot', ataAnswer({ failingNow: [194] })],
  [
    'too hot by its own limit, below that of the statistics',
    'temperature degraded: too hot',
    ataAnswer({
      raw: { 190: 56 },
      failingNow: [190],
      more: statistics('Specified Maximum Operating Temperature', 60),
    }),
  ],
  [
    'the newest finished self-test failed',
    'self_test data_at_risk: the last self-test failed at block 77',
    ataAnswer({ more: selfTest(41, 121, 0) }),
  ],
  [
    'an extended self-test failed, and a short one has passed since',
    'self_test data_at_risk: the last self-test failed at block 77',
    ataAnswer({ more: selfTestsOfTypes([short, 0], [extended, 121], [short, 0]) }),
  ],
  [
    'a reallocated sector more',
    'reallocated_sectors notice: 1 new reallocated sector (17 in all)',
    ataAnswer({ raw: { 5: 16 } }),
    ataAnswer({ raw: { 5: 17 } }),
  ],
  [
    'worn by its statistics',
    'wear notice: the endurance that its maker promised is used up',
    ataAnswer({ more: statistics('Percentage Used Endurance Indicator', 104) }),
  ],
  [
    'worn by its attribute',
    'wear notice: less than 10 % is left of the endurance that its maker promised',
    ataAnswer({
      normalised: { 177: 4 },
      raw: { 177: 1900 },
      names: { 177: 'Wear_Leveling_Count' },
      more: { rotation_rate: 0 },
    }),
  ],
])('a problem: %s', (_, finding, first, last) => expect(findings(first, last)).toEqual([finding]));

test('a SAS drive: grown defects and uncorrected errors that rise, its self-tests, and a pending sector', () => {
  const sas = (defects: number, uncorrected: number, result = 0) =>
    JSON.stringify({
      smartctl: { exit_status: 0 },
      device: { type: 'scsi', protocol: 'SCSI' },
      scsi_model_name: 'SEAGATE ST2000NX0273',
      scsi_revision: 'E003',
      smart_status: { passed: true },
      temperature: { current: 34, drive_trip: 60 },
      power_on_time: { hours: 48213 },
      scsi_grown_defect_list: defects,
      scsi_error_counter_log: {
        read: { total_errors_corrected: 124, total_uncorrected_errors: uncorrected },
        write: { gigabytes_processed: '8000.500', total_uncorrected_errors: 0 },
      },
      scsi_self_test_0: { code: { value: 1 }, result: { value: result }, power_on_time: { hours: 40000 } },
    });
  expect(reportOf(sas(3, 0))).toMatchObject({
    model: 'SEAGATE ST2000NX0273',
    firmware: 'E003',
    temperature: 34,
    temperatureLimit: 60,
    powerOnHours: 48213,
    bytesWritten: 8_000_500_000_000,
    counts: { grown_defects: 3, uncorrected_errors: 0 },
    selfTests: { isRunning: false, latest: { passed: true, powerOnHours: 40000 } },
  });
  expect(findings(sas(3, 0))).toEqual([]);
  expect(findings(sas(3, 0), sas(5, 1, 7))).toEqual([
    'self_test data_at_risk: the last self-test failed',
    'grown_defects notice: 2 new grown defects (5 in all)',
    'uncorrected_errors data_at_risk: 1 uncorrected error'.replace('1 un', '1 new un'),
  ]);
});

test('a drive that does not pass because it is hot is too hot, and well again when it has cooled down', () => {
  const sas = (smart_status: object, current: number) =>
    JSON.stringify({ smart_status, temperature: { current }, scsi_grown_defect_list: 0 });
  const warning = { passed: false, scsi: { asc: 11, ascq: 1, ie_string: 'WARNING - SPECIFIED TEMPERATURE EXCEEDED' } };
  const failure = { passed: false, scsi: { asc: 93, ascq: 16, ie_string: 'HARDWARE IMPENDING FAILURE' } };
  const usb = (critical_warning: number) =>
    JSON.stringify({
      smart_status: { passed: critical_warning === 0, nvme: { value: critical_warning } },
      nvme_smart_health_information_log: { critical_warning, temperature: 90 },
    });
  const failing = 'verdict data_at_risk: the drive itself says that it is failing';
  expect(findings(sas(warning, 62))).toEqual(['temperature degraded: too hot']);
  expect(findings(sas(failure, 40))).toEqual([failing]);
  expect(findings(usb(2), usb(2), false)).toEqual(['temperature degraded: too hot']);
  expect(findings(usb(6), usb(6), false)).toEqual([failing, 'temperature degraded: too hot']);
  const before = sas(warning, 62);
  const cool = sas({ passed: true }, 40);
  expect(findingsAfter(storageDriveFindings, reading(before), reading(before, cool))).toEqual([]);
});

test('a smartctl without JSON is too old', () =>
  expect(() => parseSmartctlAnswer('smartctl 6.6 2017-11-05 r4594\n=======> UNRECOGNIZED OPTION: j')).toThrow(
    'smartctl 6.6 has no JSON output: 7.0 or later is needed',
  ));

test.each([0, 127, 128, 255])('a drive without a sensor says %i °C', (celsius) => {
  const ata = ataAnswer({ raw: { 194: `${celsius} (0 127 0 129 0)` }, more: { temperature: { current: celsius } } });
  const scsi = JSON.stringify({ smart_status: { passed: true }, temperature: { current: celsius, drive_trip: 0 } });
  expect([ata, scsi].map((answer) => reportOf(answer).temperature)).toEqual([undefined, undefined]);
  expect([...findings(ata), ...findings(scsi)]).toEqual([]);
});

test('a drive in the cold', () =>
  expect(
    reportOf(ataAnswer({ raw: { 194: '-7 (Min/Max -12/40)' }, more: { temperature: { current: -7 } } })),
  ).toMatchObject({ temperature: -7 }));

test.each([-1, 127])('a highest temperature that cannot be is none: %i °C', (limit) =>
  expect(findings(ataAnswer({ more: statistics('Specified Maximum Operating Temperature', limit) }))).toEqual([]),
);

test.each([
  ['Percentage Used Endurance Indicator', -1],
  ['Percentage Used Endurance Indicator', 256],
  ['Logical Sectors Written', -1],
])('a statistic that cannot be is none: %s %i', (name, value) => {
  const { percentageUsed, bytesWritten } = reportOf(ataAnswer({ more: statistics(name, value) }));
  expect([percentageUsed, bytesWritten]).toEqual([undefined, undefined]);
});

test('sectors of a size that cannot be are counted as 512 bytes', () => {
  const more = { ...statistics('Logical Sectors Written', 10), logical_block_size: -4096 };
  expect(reportOf(ataAnswer({ more })).bytesWritten).toBe(5120);
});
