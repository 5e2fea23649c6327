import { expect, test } from 'vitest';
import { nvmeTables } from '../../../../src/collectors/storage/nvme/metrics.ts';
import type { DriveReading } from '../../../../src/collectors/storage/nvme/reading.ts';
import { evaluateMetrics } from '../../../../src/loop/evaluate-metrics.ts';

const whole: DriveReading = {
  source: 'smartctl',
  state: 'live',
  firmware: '1.0',
  temperature: 41,
  sensors: [40, undefined, 42, undefined, undefined, undefined, undefined, 48],
  temperatureAlarm: false,
  problem: false,
  reason: () => 'none',
  dependents: () => 'one of 2 members of srv',
  limits: { warning: 80, critical: 85, capacity: 1_000_204_886_016 },
  writtenPerDay: 12_340_000_000,
  wearPerMonth: 0.00256,
  wornOut: new Date('2031-02-03T04:05:06Z'),
  log: {
    criticalWarning: 0b101,
    sensors: [],
    availableSpare: 99,
    spareThreshold: 10,
    percentageUsed: 4,
    dataUnitsRead: 61_234_567n,
    dataUnitsWritten: 48_765_432n,
    hostReads: 812n,
    hostWrites: 1234n,
    busyTime: 2345n,
    powerCycles: 81n,
    powerOnHours: 9876n,
    unsafeShutdowns: 57n,
    mediaErrors: 3n,
    errorLogEntries: 12n,
    warningTime: 7,
    criticalTime: 1,
    throttle1: { count: 17, seconds: 8412 },
    throttle2: { count: 3, seconds: 120 },
  },
};

const sampleOf = (reading: DriveReading) => evaluateMetrics(nvmeTables.drive.metrics, reading).sample;

test('a drive that reports everything', () => {
  expect(sampleOf(whole)).toEqual({
    temperature: 41,
    dependents: 'one of 2 members of srv',
    problem: false,
    percentage_used: 4,
    life_left: 96,
    available_spare: 99,
    data_written: 24.968,
    written_per_day: 12.3,
    temperature_alarm: false,
    self_test: null,
    media_errors: 3,
    power_on_hours: 9876,
    unsafe_shutdowns: 57,
    wear_per_month: 0.26,
    worn_out: '2031-02-03T04:05:06Z',
    data_read: 31.352,
    capacity: 1000.2,
    spare_threshold: 10,
    temperature_warning: 80,
    temperature_critical: 85,
    temperature_headroom: 39,
    temperature_1: 40,
    temperature_2: null,
    temperature_3: 42,
    temperature_4: null,
    temperature_5: null,
    temperature_6: null,
    temperature_7: null,
    temperature_8: 48,
    critical_warning: true,
    spare_low: true,
    reliability_degraded: true,
    read_only: false,
    backup_failed: false,
    memory_region_unreliable: false,
    power_cycles: 81,
    error_log_entries: 12,
    host_reads: 812,
    host_writes: 1234,
    busy_time: 2345,
    warning_temperature_time: 7,
    critical_temperature_time: 1,
    throttle_light: 17,
    throttle_light_time: 8412,
    throttle_heavy: 3,
    throttle_heavy_time: 120,
    controller_state: 'live',
    firmware: '1.0',
    source: 'smartctl',
    hint: null,
    problem_reason: 'none',
  });
});

test('a drive that is present but can’t be read', () => {
  const sample = sampleOf({ source: 'sysfs', sensors: [], limits: {} });
  expect(Object.entries(sample).filter(([, value]) => value !== null)).toEqual([['source', 'sysfs']]);
});

test('values that the health log lacks are unknown', () => {
  const sample = sampleOf({
    source: 'sysfs',
    sensors: [],
    limits: { warning: 80 },
    log: { criticalWarning: 0, sensors: [] },
  });
  const flags = [
    'critical_warning',
    'spare_low',
    'reliability_degraded',
    'read_only',
    'backup_failed',
    'memory_region_unreliable',
  ];
  expect(Object.fromEntries(Object.entries(sample).filter(([, value]) => value !== null))).toEqual({
    source: 'sysfs',
    temperature_warning: 80,
    ...Object.fromEntries(flags.map((flag) => [flag, false])),
  });
});

test('a drive beyond 100 % wear has no life left, and one that is too hot no headroom', () => {
  const { percentage_used, wear_per_month, life_left, temperature_headroom } = sampleOf({
    ...whole,
    wearPerMonth: 1.2,
    temperature: 90,
    log: { criticalWarning: 0, sensors: [], percentageUsed: 137 },
  });
  expect([percentage_used, wear_per_month, life_left, temperature_headroom]).toEqual([137, 120, 0, -10]);
  expect(sampleOf({ ...whole, temperature: undefined }).temperature_headroom).toBeNull();
  expect(sampleOf({ ...whole, limits: { ...whole.limits, warning: undefined } }).temperature_headroom).toBeNull();
});

test('a namespace', () => {
  expect(
    evaluateMetrics(nvmeTables.namespace.metrics, { capacity: 1_000_204_886_016, used: 250_051_219_456 }).sample,
  ).toEqual({
    capacity: 1000.2,
    used: 250.1,
  });
  expect(evaluateMetrics(nvmeTables.namespace.metrics, { capacity: 500_000_000_000, used: undefined }).sample).toEqual({
    capacity: 500,
    used: null,
  });
});
