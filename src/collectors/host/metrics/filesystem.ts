import { disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import { declarePartTable } from '../../../model/table.ts';
import { filesystemFindings } from '../problems.ts';
import type { FilesystemReading } from '../reading.ts';

const filesystem = {
  used: {
    kind: 'gauge',
    name: 'Used',
    unit: '%',
    precision: 1,
    deadband: 0.5,
    icon: 'mdi:harddisk',
    value: (r) => r.usedRatio,
  },
  free: {
    kind: 'gauge',
    name: 'Free',
    nodeExporter: 'filesystem_avail',
    deviceClass: 'data_size',
    unit: 'GiB',
    precision: 2,
    deadband: 0.1,
    value: (r) => r.available,
  },
  total: {
    kind: 'gauge',
    name: 'Total',
    nodeExporter: 'filesystem_size',
    deviceClass: 'data_size',
    unit: 'GiB',
    precision: 2,
    ...disabledDiagnostic,
    value: (r) => r.total,
  },
  inodes_used: {
    kind: 'gauge',
    name: 'Inodes used',
    unit: '%',
    precision: 1,
    deadband: 0.5,
    icon: 'mdi:file-multiple',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.inodesUsedRatio,
  },
  time_to_full: {
    kind: 'gauge',
    name: 'Time to full',
    deviceClass: 'duration',
    unit: 'd',
    precision: 1,
    deadband: 0.5,
    optional: true,
    value: (r) => r.secondsToFull,
  },
  read_only: {
    kind: 'boolean',
    name: 'Read-only',
    nodeExporter: 'filesystem_readonly',
    icon: 'mdi:lock',
    category: 'diagnostic',
    value: (r) => r.readOnly,
  },
} satisfies MetricDeclarations<FilesystemReading>;

export const filesystemTable = declarePartTable({
  title: 'File system',
  icon: 'mdi:harddisk',
  metrics: filesystem,
  problems: filesystemFindings,
});
