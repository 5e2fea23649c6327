import type { MetricDeclarations } from '../../../model/metric.ts';
import { declarePartTable } from '../../../model/table.ts';
import type { DiskActivityReading } from '../reading.ts';

const disk = {
  read_rate: {
    kind: 'gauge',
    name: 'Read rate',
    icon: 'mdi:tray-arrow-up',
    deviceClass: 'data_rate',
    unit: 'MB/s',
    precision: 2,
    deadband: 0.2,
    value: (r) => r.readPerSecond,
  },
  write_rate: {
    kind: 'gauge',
    name: 'Write rate',
    icon: 'mdi:tray-arrow-down',
    deviceClass: 'data_rate',
    unit: 'MB/s',
    precision: 2,
    deadband: 0.2,
    value: (r) => r.writtenPerSecond,
  },
  busy: { kind: 'gauge', name: 'Busy', unit: '%', deadband: 3, icon: 'mdi:harddisk', value: (r) => r.busy },
} satisfies MetricDeclarations<DiskActivityReading>;

export const diskTable = declarePartTable({ title: 'Disk', icon: 'mdi:harddisk', metrics: disk });
