import { declareDeviceTable } from '../../../model/table.ts';
import { machineFindings } from '../problems.ts';
import { diskTable } from './disk.ts';
import { filesystemTable } from './filesystem.ts';
import { interfaceTable } from './interface.ts';
import { memoryAndPressureMetrics } from './memory-and-pressure.ts';
import { processorMetrics } from './processor.ts';
import { fanTable, temperatureTable } from './sensors.ts';
import { systemMetrics } from './system.ts';

const machineTable = declareDeviceTable({
  title: 'Machine',
  icon: 'mdi:server',
  isMain: true,
  metrics: { ...processorMetrics, ...memoryAndPressureMetrics, ...systemMetrics },
  problems: machineFindings,
});

export const hostTables = {
  host: machineTable,
  filesystem: filesystemTable,
  interface: interfaceTable,
  disk: diskTable,
  temperature: temperatureTable,
  fan: fanTable,
};
