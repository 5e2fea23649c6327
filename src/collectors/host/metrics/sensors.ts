import { disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import { declarePartTable } from '../../../model/table.ts';
import type { FanReading, TemperatureReading } from '../reading.ts';

const temperature = {
  temperature: {
    kind: 'gauge',
    name: 'Temperature',
    nodeExporter: 'hwmon_temp',
    deviceClass: 'temperature',
    unit: '°C',
    deadband: 3,
    ...disabledDiagnostic,
    value: (r) => r.celsius,
  },
} satisfies MetricDeclarations<TemperatureReading>;

const fan = {
  speed: {
    kind: 'gauge',
    name: 'Speed',
    nodeExporter: 'hwmon_fan',
    unit: 'rpm',
    deadband: 100,
    icon: 'mdi:fan',
    ...disabledDiagnostic,
    value: (r) => r.rpm,
  },
} satisfies MetricDeclarations<FanReading>;

export const temperatureTable = declarePartTable({
  title: 'Temperature sensor',
  icon: 'mdi:thermometer',
  metrics: temperature,
});
export const fanTable = declarePartTable({ title: 'Fan', icon: 'mdi:fan', metrics: fan });
