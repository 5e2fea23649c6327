import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import type { LastingFindings } from '../../../model/problem.ts';
import { declareDeviceTable, declarePartTable } from '../../../model/table.ts';
import { type MemberReading, memberRoles, type PoolReading, poolActivities, poolKinds } from './pool.ts';
import { countActiveMembers } from './pool-findings.ts';
import { type PoolTexts, poolTexts } from './texts.ts';

const optional = { optional: true } as const;

const poolMetrics = {
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.problem },
  state: { kind: 'text', name: 'State', icon: 'mdi:state-machine', value: (r) => r.state },
  redundancy: {
    kind: 'gauge',
    name: 'Drives that may fail',
    icon: 'mdi:shield-half-full',
    value: (r) => r.redundancyLeft,
  },
  used: {
    kind: 'gauge',
    name: 'Used',
    unit: '%',
    precision: 1,
    icon: 'mdi:database',
    ...optional,
    value: (r) => r.usedRatio,
  },
  metadata_used: {
    kind: 'gauge',
    name: 'Metadata used',
    unit: '%',
    precision: 1,
    icon: 'mdi:file-tree',
    ...optional,
    value: (r) => r.metadataUsedRatio,
  },
  dirty: {
    kind: 'gauge',
    name: 'Only in the cache',
    deviceClass: 'data_size',
    unit: 'MB',
    precision: 0,
    ...optional,
    value: (r) => r.dirtyBytes,
  },
  fragmentation: {
    kind: 'gauge',
    name: 'Fragmentation of free space',
    unit: '%',
    precision: 0,
    icon: 'mdi:puzzle',
    ...diagnostic,
    ...optional,
    value: (r) => r.fragmentation,
  },
  activity: {
    kind: 'enum',
    name: 'Activity',
    icon: 'mdi:progress-wrench',
    options: poolActivities,
    value: (r) => r.activity,
  },
  progress: {
    kind: 'gauge',
    name: 'Progress',
    unit: '%',
    precision: 1,
    icon: 'mdi:progress-clock',
    ...optional,
    value: (r) => r.progress,
  },
  time_left: {
    kind: 'gauge',
    name: 'Time left',
    deviceClass: 'duration',
    unit: 'min',
    precision: 0,
    ...optional,
    value: (r) => r.secondsLeft,
  },
  mounts: {
    kind: 'text',
    name: 'Used by',
    icon: 'mdi:folder-network',
    ...diagnostic,
    value: (r, texts: PoolTexts = poolTexts) =>
      r.mounts.length === 0 ? texts.nothingMounted : texts.listFirstNames(r.mounts),
  },
  members: {
    kind: 'gauge',
    name: 'Members',
    icon: 'mdi:harddisk',
    ...diagnostic,
    value: (r) => countActiveMembers(r),
  },
  expected_members: {
    kind: 'gauge',
    name: 'Members when whole',
    icon: 'mdi:harddisk-plus',
    ...disabledDiagnostic,
    value: (r) => r.expectedMembers,
  },
  spares: {
    kind: 'gauge',
    name: 'Spares',
    icon: 'mdi:harddisk-plus',
    ...disabledDiagnostic,
    ...optional,
    value: (r) => r.spares,
  },
  layout: { kind: 'text', name: 'Layout', icon: 'mdi:layers', ...diagnostic, value: (r) => r.layout },
  kind: {
    kind: 'enum',
    name: 'Kind',
    icon: 'mdi:database-cog',
    options: poolKinds,
    ...disabledDiagnostic,
    value: (r) => r.kind,
  },
  size: {
    kind: 'gauge',
    name: 'Size',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 1,
    ...diagnostic,
    ...optional,
    value: (r) => r.size,
  },
  last_check: {
    kind: 'timestamp',
    name: 'Last check',
    icon: 'mdi:magnify-scan',
    ...diagnostic,
    ...optional,
    value: (r) => r.lastCheck,
  },
  last_check_errors: {
    kind: 'gauge',
    name: 'Errors in the last check',
    icon: 'mdi:magnify-close',
    ...diagnostic,
    ...optional,
    value: (r) => r.lastCheckErrors,
  },
} satisfies MetricDeclarations<PoolReading>;

const memberMetrics = {
  role: {
    kind: 'enum',
    name: 'Role',
    icon: 'mdi:harddisk',
    options: memberRoles,
    ...diagnostic,
    value: ({ member }) => member.role,
  },
  errors: {
    kind: 'counter',
    name: 'Errors',
    icon: 'mdi:alert-circle-outline',
    ...diagnostic,
    value: ({ member }) => member.errors,
  },
  kernel_name: {
    kind: 'text',
    name: 'Kernel name',
    icon: 'mdi:harddisk',
    ...disabledDiagnostic,
    value: ({ member }) => member.device,
  },
  drive: {
    kind: 'text',
    name: 'Drive',
    icon: 'mdi:harddisk',
    ...diagnostic,
    value: ({ member: { drive } }) =>
      drive && [drive.model, drive.serial ?? drive.id, drive.slot].filter(Boolean).join(', '),
  },
} satisfies MetricDeclarations<MemberReading>;

/** Tables of what is built of drives. */
export const poolTables = {
  pool: declareDeviceTable({
    title: 'Pool',
    icon: 'mdi:database',
    metrics: poolMetrics,
    actions: {
      acknowledge: { name: 'Acknowledge', icon: 'mdi:check', category: 'config' },
    },
    problems: ({ findings }: PoolReading, _before?: LastingFindings, texts?: PoolTexts) => findings(texts),
    missing: 'outage',
  }),
  member: declarePartTable({ title: 'Member', icon: 'mdi:harddisk', metrics: memberMetrics }),
};
