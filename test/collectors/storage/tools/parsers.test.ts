import { expect, test } from 'vitest';
import {
  parseNamespaceUsedBytes,
  parseSmartLog,
  parseTemperatureLimitsAndCapacity,
  requireNvmeCliOutput,
} from '../../../../src/collectors/storage/tools/nvme-cli.ts';
import { DriveCommandUnsupportedError } from '../../../../src/collectors/storage/tools/nvme-health-log.ts';
import { parseSmartctlNvmeHealth } from '../../../../src/collectors/storage/tools/smartctl.ts';
import { identifyController, identifyNamespace, smartctl, smartLog } from '../../../helpers/drives.ts';

test.each([
  ['4294967295', 4_294_967_295],
  ['-2147483648', 2_147_483_648],
  ['-1', 4_294_967_295],
  ['0', 0],
])('a 32-bit number that is printed as %s', (printed, value) => {
  expect(parseSmartLog(smartLog({ warning_temp_time: printed })).warningTime).toBe(value);
});

test.each([
  ['warning_temp_time', '4294967296', { warningTime: undefined }],
  ['warning_temp_time', '-2147483649', { warningTime: undefined }],
  ['media_errors', -1, { mediaErrors: undefined }],
  ['media_errors', 1.5, { mediaErrors: undefined }],
  ['power_on_hours', '15321.5', { powerOnHours: undefined }],
  ['power_on_hours', '20.046', { powerOnHours: undefined }],
  ['power_on_hours', '20.046.001', { powerOnHours: 20_046_001n }],
  ['power_on_hours', '20’046', { powerOnHours: 20_046n }],
  ['temperature_sensor_2', 'N/A', { sensors: [41, ...Array.from({ length: 7 })] }],
  ['percent_used', '12%', { percentageUsed: undefined }],
  ['temperature', -273, { temperature: undefined }],
  ['media_errors', 'N/A', { mediaErrors: undefined }],
  ['avail_spare', '100 %', { availableSpare: undefined }],
  ['host_write_commands', '1,234,567', { hostWrites: 1_234_567n }],
  ['unsafe_shutdowns', {}, { unsafeShutdowns: undefined }],
  ['num_err_log_entries', true, { errorLogEntries: undefined }],
  ['temperature', [1], { temperature: undefined }],
  ['critical_warning', '0x04', { criticalWarning: 4 }],
  ['critical_warning', 'ok', { criticalWarning: undefined }],
  ['critical_warning', 256, { criticalWarning: undefined }],
])('a field that can’t be understood is unknown, and the others are read: %s is %j', (key, value, read) => {
  expect(parseSmartLog(smartLog({ [key]: value }))).toEqual({ ...parseSmartLog(smartLog()), ...read });
});

test.each([
  ['temperature', 'nan', { temperature: undefined }],
  ['temperature', '-inf', { temperature: undefined }],
  ['media_errors', '007', { mediaErrors: 7n }],
  ['critical_warning', '0x04', { criticalWarning: 4 }],
  ['power_on_hours', '20.046.001', { powerOnHours: 20_046_001n }],
  ['percent_used', '12%', { percentageUsed: undefined }],
  ['host_write_commands', '340282366920938463463374607431768211455', { hostWrites: 2n ** 128n - 1n }],
])('what is no JSON costs its field alone: %s is %s without quotes', (key, value, read) => {
  const output = smartLog({ [key]: 'odd' }).replace('"odd"', value);
  expect(parseSmartLog(output)).toEqual({ ...parseSmartLog(smartLog()), ...read });
});

test('one of the fields by which a health log is known is enough', () => {
  expect(parseSmartLog('{"percent_used":7,"error":"none"}').percentageUsed).toBe(7);
  expect(() => parseSmartLog('{"power_on_hours":7}')).toThrow('the output lacks the expected fields');
});

test('counts of 0 are counts; percentages are between 0 and 100', () => {
  expect(parseSmartLog(smartLog({ media_errors: 0 })).mediaErrors).toBe(0n);
  expect([0, 100, 101].map((spare) => parseSmartLog(smartLog({ avail_spare: spare })).availableSpare)).toEqual([
    0,
    100,
    undefined,
  ]);
  expect([0, 255, 256].map((used) => parseSmartLog(smartLog({ percent_used: used })).percentageUsed)).toEqual([
    0,
    255,
    undefined,
  ]);
  expect(parseSmartLog(smartLog({ media_errors: null })).mediaErrors).toBeUndefined();
});

test.each([
  [200, -73],
  [199, undefined],
  [0, undefined],
  [420, 147],
  [421, undefined],
])('%i K', (kelvin, celsius) => expect(parseSmartLog(smartLog({ temperature: kelvin })).temperature).toBe(celsius));

test('throttling is known only if both of its numbers are', () => {
  expect(
    parseSmartLog(
      smartLog({
        thm_temp1_trans_count: 3,
        thm_temp1_total_time: 60,
        thm_temp2_trans_count: 5,
        thm_temp2_total_time: null,
      }),
    ),
  ).toMatchObject({
    throttle1: { count: 3, seconds: 60 },
    throttle2: undefined,
  });
});

test('a controller that does not report a limit or its size', () => {
  expect(parseTemperatureLimitsAndCapacity(identifyController({ wctemp: 353, cctemp: 0, tnvmcap: 0 }))).toEqual({
    warning: 80,
    critical: undefined,
    capacity: undefined,
  });
  expect(() => parseTemperatureLimitsAndCapacity('{"sn":"x"}')).toThrow(
    'the output lacks the expected fields; it has sn',
  );
});

const formats = Array.from({ length: 20 }, (_, index) => ({ ms: 0, ds: index === 18 ? 12 : 9, rp: 0 }));
test('bytes in use: in blocks of the current format, also with more than 16 formats', () => {
  expect(parseNamespaceUsedBytes(identifyNamespace({ nuse: 10, flbas: 0x22, lbafs: formats }))).toBe(10 * 4096);
  expect(parseNamespaceUsedBytes(identifyNamespace({ nuse: 10, flbas: 0x12, lbafs: formats }))).toBe(10 * 512);
  expect(
    parseNamespaceUsedBytes(identifyNamespace({ nuse: 10, flbas: 5, lbafs: formats.slice(0, 2) })),
  ).toBeUndefined();
  expect(parseNamespaceUsedBytes(identifyNamespace({ nuse: 10, flbas: 0, lbafs: [{ ds: 0 }] }))).toBeUndefined();
  expect(parseNamespaceUsedBytes(identifyNamespace({ nuse: null }))).toBeUndefined();
});

test('a refusal by the drive is distinguished from every other error', () => {
  const failed =
    (stderr: string, stdout = '') =>
    () =>
      requireNvmeCliOutput({ stdout, stderr, status: 1 });
  expect(failed('NVMe status: Invalid Field\nmore')).toThrow(
    new DriveCommandUnsupportedError('NVMe status: Invalid Field'),
  );
  expect(failed('Permission denied\nmore')).toThrow(/^Permission denied$/);
  expect(failed('Permission denied')).not.toThrow(DriveCommandUnsupportedError);
  expect(failed('')).toThrow('exit status 1');
  expect(failed('', '{"error":"x"}')()).toBe('{"error":"x"}');
  expect(requireNvmeCliOutput({ stdout: 'anything', stderr: 'a warning', status: 0 })).toBe('anything');
});

const changed = (change: (answer: Record<string, Record<string, unknown>>) => void) => {
  const answer = JSON.parse(smartctl()) as Record<string, Record<string, unknown>>;
  change(answer);
  return parseSmartctlNvmeHealth(JSON.stringify(answer));
};

test('smartctl: some versions have values outside the health log', () => {
  const log = (answer: Record<string, Record<string, unknown>>) => answer.nvme_smart_health_information_log ?? {};
  expect(
    changed((answer) => {
      delete log(answer).temperature;
      answer.temperature = { current: 33 };
    }).log.temperature,
  ).toBe(33);
  expect(
    changed((answer) => {
      delete log(answer).critical_warning;
      answer.smart_status = { nvme: { value: 4 } };
    }).log.criticalWarning,
  ).toBe(4);
  const withoutWarning = changed((answer) => {
    delete log(answer).critical_warning;
    delete answer.smart_status;
  });
  expect(withoutWarning.log).toEqual({ ...parseSmartctlNvmeHealth(smartctl()).log, criticalWarning: undefined });
  expect(
    changed((answer) => Object.assign(log(answer), { data_units_written: 1, data_units_written_s: '9007199254740993' }))
      .log.dataUnitsWritten,
  ).toBe(9_007_199_254_740_993n);
});

test('smartctl: limits, size and use', () => {
  expect(
    changed((answer) =>
      Object.assign(answer, {
        nvme_composite_temperature_threshold: { warning: 70, critical: 75 },
        temperature: { op_limit_max: 80, critical_limit_max: 85 },
      }),
    ).limits,
  ).toMatchObject({
    warning: 70,
    critical: 75,
  });
  expect(
    changed((answer) => {
      delete answer.nvme_composite_temperature_threshold;
      answer.temperature = { op_limit_max: 80, critical_limit_max: 85 };
    }).limits,
  ).toMatchObject({ warning: 80, critical: 85 });
  expect(changed((answer) => Object.assign(answer, { nvme_total_capacity: 0 })).limits.capacity).toBeUndefined();
  expect(changed((answer) => Object.assign(answer, { nvme_total_capacity: 500 })).limits.capacity).toBe(500);
  const namespaces = [
    { id: 1, utilization: { blocks: 1, bytes: 4096 } },
    { id: 2 },
    { utilization: { bytes: 3 } },
    'x',
  ];
  expect(changed((answer) => Object.assign(answer, { nvme_namespaces: namespaces })).usedBytes).toEqual(
    new Map([[1, 4096]]),
  );
});

test('smartctl: its messages are in the error', () => {
  const answer = (more: object) => () => parseSmartctlNvmeHealth(JSON.stringify(more));
  expect(answer({ smartctl: { messages: [{ string: 'Read NVMe SMART failed: NVMe Status 0x4002' }] } })).toThrow(
    DriveCommandUnsupportedError,
  );
  expect(answer({ smartctl: { messages: [{ string: 'a' }, { string: 'b' }, {}] } })).toThrow(/^a; b$/);
  expect(answer({ device: { protocol: 'ATA' } })).toThrow(
    'the output has no NVMe health log: the drive’s protocol is ATA',
  );
  expect(answer({ device: { protocol: 'NVMe' } })).toThrow(/^the output has no NVMe health log$/);
  expect(answer([])).toThrow('the output is not a JSON object');
});
