import type { Actions } from '../../model/action.ts';
import type { Metrics } from '../../model/metric.ts';
import { bytesOf } from './history.ts';
import { controllerStates, type DriveReading, type HealthLog, type NamespaceReading, type NvmeReadings, sources } from './reading.ts';
import { isSet, warnings } from './verdict.ts';

type Drive = Metrics<DriveReading>;
type Metric = Drive[string];

/** Shown among the diagnostics, and waiting there until the user wants it. */
const diagnostic = { category: 'diagnostic' } as const;
const waiting = { ...diagnostic, enabled: false } as const;

const GB = 1e9;
const TB = 1e12;
const scaled = (value: number | undefined, by: number) => (value === undefined ? undefined : value / by);
const terabytes = (units: bigint | undefined) => scaled(units === undefined ? undefined : bytesOf(units), TB);
const lifeLeft = ({ log }: DriveReading) => (log?.percentageUsed === undefined ? undefined : Math.max(0, 100 - log.percentageUsed));
const headroom = ({ temperature, limits }: DriveReading) => (temperature === undefined || limits.warning === undefined ? undefined : limits.warning - temperature);

type Visibility = typeof diagnostic | typeof waiting;

const counter = (name: string, icon: `mdi:${string}`, visibility: Visibility, of: (log: HealthLog) => bigint | undefined): Metric => ({
  kind: 'counter',
  name,
  icon,
  ...visibility,
  value({ log }) {
    const count = log && of(log);
    return count === undefined ? undefined : Number(count);
  },
});

const warning = (name: string, bit: number): Metric => ({ kind: 'flag', name, deviceClass: 'problem', ...waiting, value: ({ log }) => log && isSet(log, bit) });

const degrees = (name: string, of: (reading: DriveReading) => number | undefined, jitter = 0): Metric => ({
  kind: 'gauge',
  name,
  deviceClass: 'temperature',
  unit: '°C',
  jitter,
  ...waiting,
  optional: true,
  value: of,
});

const duration = (name: string, unit: 's' | 'min', of: (log: HealthLog) => number | bigint | undefined): Metric => ({
  kind: 'counter',
  name,
  deviceClass: 'duration',
  unit,
  ...waiting,
  optional: true,
  value({ log }) {
    const time = log && of(log);
    return time === undefined ? undefined : Number(time);
  },
});

const throttles = (name: string, of: (log: HealthLog) => { count: number } | undefined): Metric => ({
  kind: 'counter',
  name,
  icon: 'mdi:thermometer-alert',
  ...waiting,
  optional: true,
  value: ({ log }) => log && of(log)?.count,
});

const drive: Drive = {
  temperature: { kind: 'gauge', name: 'Temperature', deviceClass: 'temperature', unit: '°C', jitter: 2, value: (r) => r.temperature },
  problem: { kind: 'flag', name: 'Problem', deviceClass: 'problem', value: (r) => r.problem },
  percentage_used: { kind: 'gauge', name: 'Percentage used', unit: '%', icon: 'mdi:gauge', value: (r) => r.log?.percentageUsed },
  life_left: { kind: 'gauge', name: 'Life left', unit: '%', icon: 'mdi:heart-pulse', value: lifeLeft },
  available_spare: { kind: 'gauge', name: 'Available spare', unit: '%', icon: 'mdi:puzzle', value: (r) => r.log?.availableSpare },
  data_written: { kind: 'counter', name: 'Data written', deviceClass: 'data_size', unit: 'TB', precision: 3, jitter: 0.01, value: (r) => terabytes(r.log?.dataUnitsWritten) },
  written_per_day: { kind: 'gauge', name: 'Written per day', deviceClass: 'data_size', unit: 'GB', precision: 1, jitter: 0.5, value: (r) => scaled(r.writtenPerDay, GB) },

  problem_reason: { kind: 'text', name: 'Problem reason', icon: 'mdi:message-alert-outline', ...diagnostic, value: (r) => r.reason },
  hint: { kind: 'text', name: 'What is missing', icon: 'mdi:lightbulb-on-outline', ...diagnostic, optional: true, value: (r) => r.hint },
  temperature_alarm: { kind: 'flag', name: 'Temperature alarm', deviceClass: 'problem', ...diagnostic, value: (r) => r.temperatureAlarm },
  media_errors: counter('Media errors', 'mdi:alert-octagon-outline', diagnostic, (log) => log.mediaErrors),
  power_on_hours: {
    kind: 'counter',
    name: 'Power-on time',
    deviceClass: 'duration',
    unit: 'h',
    ...diagnostic,
    value: ({ log }) => (log?.powerOnHours === undefined ? undefined : Number(log.powerOnHours)),
  },
  unsafe_shutdowns: counter('Unsafe shutdowns', 'mdi:power-plug-off-outline', diagnostic, (log) => log.unsafeShutdowns),

  wear_per_month: { kind: 'gauge', name: 'Wear per month', unit: '%', precision: 2, icon: 'mdi:chart-line', ...waiting, value: (r) => r.wearPerMonth },
  worn_out: { kind: 'instant', name: 'Worn out', jitter: 7 * 24 * 3600, ...waiting, value: (r) => r.wornOut },
  data_read: { kind: 'counter', name: 'Data read', deviceClass: 'data_size', unit: 'TB', precision: 3, jitter: 0.01, ...waiting, value: (r) => terabytes(r.log?.dataUnitsRead) },
  capacity: { kind: 'gauge', name: 'Capacity', deviceClass: 'data_size', unit: 'GB', precision: 1, ...waiting, value: (r) => scaled(r.limits.capacity, GB) },
  spare_threshold: { kind: 'gauge', name: 'Available spare threshold', unit: '%', icon: 'mdi:puzzle-remove-outline', ...waiting, value: (r) => r.log?.spareThreshold },
  temperature_warning: degrees('Temperature warning limit', (r) => r.limits.warning),
  temperature_critical: degrees('Temperature critical limit', (r) => r.limits.critical),
  // A difference: Home Assistant would convert a temperature with its zero.
  temperature_headroom: { kind: 'gauge', name: 'Temperature headroom', unit: 'K', jitter: 2, icon: 'mdi:thermometer-chevron-up', ...waiting, optional: true, value: headroom },
  ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`temperature_${index + 1}`, degrees(`Temperature ${index + 1}`, (r) => r.sensors[index], 2)])),

  critical_warning: { kind: 'flag', name: 'Critical warning', deviceClass: 'problem', ...waiting, value: ({ log }) => log && log.criticalWarning !== 0 },
  spare_low: warning('Available spare low', warnings.spare_low),
  reliability_degraded: warning('Reliability degraded', warnings.reliability_degraded),
  read_only: warning('Read-only', warnings.read_only),
  backup_failed: warning('Memory backup failed', warnings.backup_failed),
  memory_region_unreliable: warning('Persistent memory region unreliable', warnings.memory_region_unreliable),

  power_cycles: counter('Power cycles', 'mdi:power-cycle', waiting, (log) => log.powerCycles),
  error_log_entries: counter('Error log entries', 'mdi:format-list-numbered', waiting, (log) => log.errorLogEntries),
  host_reads: counter('Read commands', 'mdi:upload', waiting, (log) => log.hostReads),
  host_writes: counter('Write commands', 'mdi:download', waiting, (log) => log.hostWrites),
  busy_time: duration('Busy time', 'min', (log) => log.busyTime),
  warning_temperature_time: duration('Time above warning limit', 'min', (log) => log.warningTime),
  critical_temperature_time: duration('Time above critical limit', 'min', (log) => log.criticalTime),
  throttle_light: throttles('Light throttling', (log) => log.throttle1),
  throttle_light_time: duration('Light throttling time', 's', (log) => log.throttle1?.seconds),
  throttle_heavy: throttles('Heavy throttling', (log) => log.throttle2),
  throttle_heavy_time: duration('Heavy throttling time', 's', (log) => log.throttle2?.seconds),

  controller_state: { kind: 'choice', name: 'Controller state', options: controllerStates, icon: 'mdi:state-machine', ...waiting, value: (r) => r.state },
  firmware: { kind: 'text', name: 'Firmware', icon: 'mdi:chip', ...waiting, value: (r) => r.firmware },
  source: { kind: 'choice', name: 'Source', options: sources, icon: 'mdi:source-branch', ...waiting, value: (r) => r.source },
};

const namespace: Metrics<NamespaceReading> = {
  capacity: { kind: 'gauge', name: 'Capacity', deviceClass: 'data_size', unit: 'GB', precision: 1, ...waiting, value: (r) => scaled(r.capacity, GB) },
  used: { kind: 'gauge', name: 'Used', deviceClass: 'data_size', unit: 'GB', precision: 1, jitter: 0.5, ...waiting, optional: true, value: (r) => scaled(r.used, GB) },
};

export const metrics: { [Of in keyof NvmeReadings]: Metrics<NvmeReadings[Of]> } = { drive, namespace };

const driveActions: Actions = {
  acknowledge: { name: 'Acknowledge media errors', icon: 'mdi:check-circle-outline', category: 'config' },
};

export const actions = { drive: driveActions };
