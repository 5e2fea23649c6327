import type { ActionDeclarations } from '../../../model/action.ts';
import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import { declareDeviceTable } from '../../../model/table.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { capacityMetric, commonDriveMetrics } from '../common-drive-metrics.ts';
import { storageDriveFindingsWithDependents, storageDriveProblemAndReason } from './drive-problems.ts';
import type { StorageDriveReading } from './drive-reading.ts';
import { type ErrorCountName, errorCountDescriptionOf, errorCountNames } from './error-counts.ts';
import type { StorageDriveTexts } from './texts.ts';

type Metrics = MetricDeclarations<StorageDriveReading>;

const lifeLeft = ({ report }: StorageDriveReading) =>
  report?.percentageUsed === undefined ? undefined : Math.max(0, 100 - report.percentageUsed);

const errorCountMetrics = Object.fromEntries(
  errorCountNames.map((key): [string, Metrics[string]] => {
    const { name, icon, falls, isMinor } = errorCountDescriptionOf(key);
    const metric = {
      name,
      icon,
      ...(isMinor ? disabledDiagnostic : diagnostic),
      optional: true,
      value: ({ report }: StorageDriveReading) => report?.counts[key],
    } as const;
    return [key, falls ? { kind: 'gauge', ...metric } : { kind: 'counter', ...metric }];
  }),
) as Record<ErrorCountName, Metrics[string]>;

const common = commonDriveMetrics<StorageDriveReading>({
  temperature: (r) => r.temperature,
  hint: (r) => r.hint,
  selfTests: (r) => r.report?.selfTests,
  firmware: (r) => r.report?.firmware ?? r.identity.firmware,
  dependents: (r) => r.dependents,
});

const driveMetrics = {
  temperature: common.temperature,
  problem: {
    kind: 'boolean',
    name: 'Problem',
    deviceClass: 'problem',
    value: (r) => storageDriveProblemAndReason(r).problem,
  },
  power: {
    kind: 'enum',
    name: 'Power',
    options: ['active', 'standby'],
    icon: 'mdi:power-sleep',
    value: (r) => r.power,
  },
  life_left: {
    kind: 'gauge',
    name: 'Life left',
    unit: '%',
    icon: 'mdi:heart-pulse',
    optional: true,
    value: (r) => toBaseUnit(lifeLeft(r), '%'),
  },
  data_written: {
    kind: 'counter',
    name: 'Data written',
    deviceClass: 'data_size',
    unit: 'TB',
    precision: 3,
    deadband: 0.01,
    optional: true,
    value: (r) => r.report?.bytesWritten,
  },

  problem_reason: {
    kind: 'text',
    name: 'Problem reason',
    icon: 'mdi:message-alert-outline',
    ...diagnostic,
    value: (r, texts?: StorageDriveTexts) => storageDriveProblemAndReason(r, texts).reason,
  },
  hint: common.hint,
  verdict: {
    kind: 'enum',
    name: 'Maker’s verdict',
    options: ['passed', 'failing'],
    icon: 'mdi:gavel',
    ...diagnostic,
    value: ({ report }) => (report?.passed === undefined ? undefined : report.passed ? 'passed' : 'failing'),
  },
  ...errorCountMetrics,
  self_test: common.selfTest,
  power_on_hours: {
    kind: 'counter',
    name: 'Power-on time',
    deviceClass: 'duration',
    unit: 'h',
    ...diagnostic,
    value: (r) => toBaseUnit(r.report?.powerOnHours, 'h'),
  },
  last_read: {
    kind: 'timestamp',
    name: 'Health read at',
    // An SSD is read each minute.
    deadband: 540,
    ...disabledDiagnostic,
    value: (r) => r.readAt,
  },

  percentage_used: {
    kind: 'gauge',
    name: 'Percentage used',
    unit: '%',
    icon: 'mdi:gauge',
    most: 255,
    ...disabledDiagnostic,
    optional: true,
    value: (r) => toBaseUnit(r.report?.percentageUsed, '%'),
  },
  temperature_limit: {
    kind: 'gauge',
    name: 'Temperature limit',
    deviceClass: 'temperature',
    unit: '°C',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.report?.temperatureLimit,
  },
  capacity: capacityMetric((r) => r.capacity),
  rotational: {
    kind: 'boolean',
    name: 'Rotating',
    icon: 'mdi:record-circle-outline',
    ...disabledDiagnostic,
    value: (r) => r.isRotational,
  },
  firmware: common.firmware,
  kernel_name: {
    kind: 'text',
    name: 'Kernel name',
    icon: 'mdi:identifier',
    ...disabledDiagnostic,
    value: (r) => r.identity.name,
  },
  dependents: common.dependents,
  slot: {
    kind: 'text',
    name: 'Slot',
    icon: 'mdi:server',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.identity.slot,
  },
} satisfies Metrics;

const driveActions = {
  acknowledge: { name: 'Acknowledge errors', icon: 'mdi:check-circle-outline', category: 'config' },
} satisfies ActionDeclarations;

export const storageDriveTable = declareDeviceTable({
  title: 'Drive',
  icon: 'mdi:harddisk',
  isMain: true,
  metrics: driveMetrics,
  actions: driveActions,
  problems: storageDriveFindingsWithDependents,
  missing: 'outage',
});
