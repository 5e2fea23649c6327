import type { ActionDeclarations } from '../../../model/action.ts';
import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import { declareDeviceTable, declarePartTable } from '../../../model/table.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { capacityMetric, commonDriveMetrics } from '../common-drive-metrics.ts';
import { dataUnitsToBytes } from './drive-history.ts';
import { criticalWarningBits, isCriticalWarningBitSet } from './drive-problem-and-reason.ts';
import { driveFindings } from './problems.ts';
import {
  controllerStates,
  type DriveReading,
  type HealthLog,
  healthSources,
  type NamespaceReading,
} from './reading.ts';
import type { NvmeTexts } from './texts.ts';

type DriveMetrics = MetricDeclarations<DriveReading>;
type Metric = DriveMetrics[string];

const optionalDisabled = { ...disabledDiagnostic, optional: true } as const;

const bytesOf = (units: bigint | undefined) => (units === undefined ? undefined : dataUnitsToBytes(units));
const lifeLeft = ({ log }: DriveReading) =>
  log?.percentageUsed === undefined ? undefined : toBaseUnit(Math.max(0, 100 - log.percentageUsed), '%');
const temperatureHeadroom = ({ temperature, limits }: DriveReading) =>
  temperature === undefined || limits.warning === undefined ? undefined : limits.warning - temperature;

type Visibility = typeof diagnostic | typeof disabledDiagnostic;

const counterMetric = (
  name: string,
  icon: `mdi:${string}`,
  visibility: Visibility,
  select: (log: HealthLog) => bigint | undefined,
): Metric => ({
  kind: 'counter',
  name,
  icon,
  ...visibility,
  value({ log }) {
    const count = log && select(log);
    return count === undefined ? undefined : Number(count);
  },
});

const warningMetric = (name: string, bit: number): Metric => ({
  kind: 'boolean',
  name,
  deviceClass: 'problem',
  ...disabledDiagnostic,
  value: ({ log }) => log && isCriticalWarningBitSet(log, bit),
});

const temperatureMetric = (
  name: string,
  select: (reading: DriveReading) => number | undefined,
  deadband = 0,
): Metric => ({
  kind: 'gauge',
  name,
  deviceClass: 'temperature',
  unit: '°C',
  deadband,
  ...disabledDiagnostic,
  optional: true,
  value: select,
});

/** The log has the times in the unit in which they are shown. */
const durationMetric = (
  name: string,
  unit: 's' | 'min' | 'h',
  visibility: Visibility & { optional?: true },
  select: (log: HealthLog) => number | bigint | undefined,
): Metric => ({
  kind: 'counter',
  name,
  deviceClass: 'duration',
  unit,
  ...visibility,
  value({ log }) {
    const time = log && select(log);
    return time === undefined ? undefined : toBaseUnit(Number(time), unit);
  },
});

const throttleMetric = (name: string, select: (log: HealthLog) => { count: number } | undefined): Metric => ({
  kind: 'counter',
  name,
  icon: 'mdi:thermometer-alert',
  ...disabledDiagnostic,
  optional: true,
  value: ({ log }) => log && select(log)?.count,
});

const sensorNumbers = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const common = commonDriveMetrics<DriveReading>({
  temperature: (r) => r.temperature,
  hint: (r) => r.hint,
  selfTests: (r) => r.selfTests,
  firmware: (r) => r.firmware,
  dependents: (r) => r.dependents,
});

const driveMetrics = {
  temperature: common.temperature,
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.problem },
  percentage_used: {
    kind: 'gauge',
    name: 'Percentage used',
    unit: '%',
    icon: 'mdi:gauge',
    // Base Specification, Percentage Used: may exceed 100; 255 stands for all above 254.
    most: 255,
    value: (r) => toBaseUnit(r.log?.percentageUsed, '%'),
  },
  life_left: { kind: 'gauge', name: 'Life left', unit: '%', icon: 'mdi:heart-pulse', value: lifeLeft },
  available_spare: {
    kind: 'gauge',
    name: 'Available spare',
    unit: '%',
    icon: 'mdi:puzzle',
    value: (r) => toBaseUnit(r.log?.availableSpare, '%'),
  },
  data_written: {
    kind: 'counter',
    name: 'Data written',
    deviceClass: 'data_size',
    unit: 'TB',
    precision: 3,
    deadband: 0.01,
    value: (r) => bytesOf(r.log?.dataUnitsWritten),
  },
  written_per_day: {
    kind: 'gauge',
    name: 'Written per day',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 1,
    deadband: 0.5,
    value: (r) => r.writtenPerDay,
  },

  problem_reason: {
    kind: 'text',
    name: 'Problem reason',
    icon: 'mdi:message-alert-outline',
    ...diagnostic,
    value: (r, texts?: NvmeTexts) => r.reason?.(texts),
  },
  hint: common.hint,
  temperature_alarm: {
    kind: 'boolean',
    name: 'Temperature alarm',
    deviceClass: 'problem',
    ...diagnostic,
    value: (r) => r.temperatureAlarm,
  },
  self_test: common.selfTest,
  dependents: common.dependents,
  media_errors: counterMetric('Media errors', 'mdi:alert-octagon-outline', diagnostic, (log) => log.mediaErrors),
  power_on_hours: durationMetric('Power-on time', 'h', diagnostic, (log) => log.powerOnHours),
  unsafe_shutdowns: counterMetric(
    'Unsafe shutdowns',
    'mdi:power-plug-off-outline',
    diagnostic,
    (log) => log.unsafeShutdowns,
  ),

  wear_per_month: {
    kind: 'gauge',
    name: 'Wear per month',
    unit: '%',
    precision: 2,
    icon: 'mdi:chart-line',
    most: Number.POSITIVE_INFINITY,
    ...disabledDiagnostic,
    value: (r) => r.wearPerMonth,
  },
  worn_out: {
    kind: 'timestamp',
    name: 'Worn out',
    deadband: 7 * 24 * 3600,
    ...disabledDiagnostic,
    value: (r) => r.wornOut,
  },
  data_read: {
    kind: 'counter',
    name: 'Data read',
    deviceClass: 'data_size',
    unit: 'TB',
    precision: 3,
    deadband: 0.01,
    ...disabledDiagnostic,
    value: (r) => bytesOf(r.log?.dataUnitsRead),
  },
  capacity: capacityMetric((r) => r.limits.capacity),
  spare_threshold: {
    kind: 'gauge',
    name: 'Available spare threshold',
    unit: '%',
    icon: 'mdi:puzzle-remove-outline',
    ...disabledDiagnostic,
    value: (r) => toBaseUnit(r.log?.spareThreshold, '%'),
  },
  temperature_warning: temperatureMetric('Temperature warning limit', (r) => r.limits.warning),
  temperature_critical: temperatureMetric('Temperature critical limit', (r) => r.limits.critical),
  // In K, because it is a difference: Home Assistant would convert °C to °F with an offset.
  temperature_headroom: {
    kind: 'gauge',
    name: 'Temperature headroom',
    unit: 'K',
    deadband: 2,
    icon: 'mdi:thermometer-chevron-up',
    ...disabledDiagnostic,
    optional: true,
    value: temperatureHeadroom,
  },
  ...(Object.fromEntries(
    sensorNumbers.map((number) => [
      `temperature_${number}`,
      temperatureMetric(`Temperature ${number}`, (r) => r.sensors[number - 1], 2),
    ]),
  ) as Record<`temperature_${(typeof sensorNumbers)[number]}`, Metric>),

  critical_warning: {
    kind: 'boolean',
    name: 'Critical warning',
    deviceClass: 'problem',
    ...disabledDiagnostic,
    value: ({ log }) => (log?.criticalWarning === undefined ? undefined : log.criticalWarning !== 0),
  },
  spare_low: warningMetric('Available spare low', criticalWarningBits.spare_low),
  reliability_degraded: warningMetric('Reliability degraded', criticalWarningBits.reliability_degraded),
  read_only: warningMetric('Read-only', criticalWarningBits.read_only),
  backup_failed: warningMetric('Memory backup failed', criticalWarningBits.backup_failed),
  memory_region_unreliable: warningMetric(
    'Persistent memory region unreliable',
    criticalWarningBits.memory_region_unreliable,
  ),

  power_cycles: counterMetric('Power cycles', 'mdi:power-cycle', disabledDiagnostic, (log) => log.powerCycles),
  error_log_entries: counterMetric(
    'Error log entries',
    'mdi:format-list-numbered',
    disabledDiagnostic,
    (log) => log.errorLogEntries,
  ),
  host_reads: counterMetric('Read commands', 'mdi:upload', disabledDiagnostic, (log) => log.hostReads),
  host_writes: counterMetric('Write commands', 'mdi:download', disabledDiagnostic, (log) => log.hostWrites),
  busy_time: durationMetric('Busy time', 'min', optionalDisabled, (log) => log.busyTime),
  warning_temperature_time: durationMetric(
    'Time above warning limit',
    'min',
    optionalDisabled,
    (log) => log.warningTime,
  ),
  critical_temperature_time: durationMetric(
    'Time above critical limit',
    'min',
    optionalDisabled,
    (log) => log.criticalTime,
  ),
  throttle_light: throttleMetric('Light throttling', (log) => log.throttle1),
  throttle_light_time: durationMetric('Light throttling time', 's', optionalDisabled, (log) => log.throttle1?.seconds),
  throttle_heavy: throttleMetric('Heavy throttling', (log) => log.throttle2),
  throttle_heavy_time: durationMetric('Heavy throttling time', 's', optionalDisabled, (log) => log.throttle2?.seconds),

  controller_state: {
    kind: 'enum',
    name: 'Controller state',
    options: controllerStates,
    icon: 'mdi:state-machine',
    ...disabledDiagnostic,
    value: (r) => r.state,
  },
  firmware: common.firmware,
  source: {
    kind: 'enum',
    name: 'Source',
    options: healthSources,
    icon: 'mdi:source-branch',
    ...disabledDiagnostic,
    value: (r) => r.source,
  },
} satisfies DriveMetrics;

const namespaceMetrics = {
  capacity: capacityMetric((r) => r.capacity),
  used: {
    kind: 'gauge',
    name: 'Used',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 1,
    deadband: 0.5,
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.used,
  },
} satisfies MetricDeclarations<NamespaceReading>;

const driveActions = {
  acknowledge: { name: 'Acknowledge media errors', icon: 'mdi:check-circle-outline', category: 'config' },
} satisfies ActionDeclarations;

export const nvmeTables = {
  drive: declareDeviceTable({
    title: 'Drive',
    icon: 'mdi:harddisk',
    isMain: true,
    metrics: driveMetrics,
    actions: driveActions,
    problems: driveFindings,
    missing: 'outage',
  }),
  namespace: declarePartTable({ title: 'Namespace', icon: 'mdi:harddisk', metrics: namespaceMetrics }),
};
