import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import type { DslErrorCounters, Tr064Reading } from './reading.ts';

/** The share of a router's reading that comes from TR-064. */
export interface Tr064ShareOfRouterReading {
  tr064?: Tr064Reading | undefined;
}

type Router = MetricDeclarations<Tr064ShareOfRouterReading>;
type Metric = Router[string];

/** Metrics of one kind of line are optional, because a router has only one or two kinds. */
export const optionalDiagnostic = { ...diagnostic, optional: true } as const;
export const optionalDisabledDiagnostic = { ...disabledDiagnostic, optional: true } as const;

const rateMetric = (
  name: string,
  icon: `mdi:${string}`,
  value: (reading: Tr064Reading) => number | undefined,
  visibility: typeof optionalDiagnostic | typeof optionalDisabledDiagnostic = optionalDiagnostic,
): Metric => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  precision: 1,
  ...visibility,
  value: ({ tr064 }) => tr064 && value(tr064),
});

const signalMetric = (
  unit: 'dB' | 'dBm',
  name: string,
  icon: `mdi:${string}`,
  value: (reading: Tr064Reading) => number | undefined,
  visibility: typeof optionalDiagnostic | typeof optionalDisabledDiagnostic = optionalDiagnostic,
): Metric => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'signal_strength',
  unit,
  precision: 1,
  ...visibility,
  value: ({ tr064 }) => tr064 && value(tr064),
});

/** An error counter and its rate. */
const errorMetrics = <Key extends string>(
  key: Key,
  name: string,
  counter: keyof DslErrorCounters,
  visibility: typeof optionalDiagnostic | typeof optionalDisabledDiagnostic,
): Record<Key | `${Key}_rate`, Metric> => {
  const rate: Metric = {
    kind: 'gauge',
    name: `${name} per minute`,
    icon: 'mdi:alert-decagram-outline',
    unit: '1/min',
    precision: 2,
    ...visibility,
    value: ({ tr064 }) => tr064?.dsl?.errorsPerSecond[counter],
  };
  const count: Metric = {
    kind: 'counter',
    name,
    icon: 'mdi:counter',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.dsl?.errors[counter],
  };
  return { [`${key}_rate`]: rate, [key]: count } as Record<Key | `${Key}_rate`, Metric>;
};

/** Metrics of the line to the provider; a router has only one or two of its kinds. */
export const tr064LineMetrics = {
  // Rates of the physical link; IGD reports the usable ones.
  access_type: {
    kind: 'text',
    name: 'Access type',
    icon: 'mdi:transit-connection',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.link?.access?.replace('X_AVM-DE_', ''),
  },
  physical_link: {
    kind: 'boolean',
    name: 'Physical link',
    deviceClass: 'connectivity',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.link?.isUp,
  },
  physical_down: rateMetric(
    'Physical rate down',
    'mdi:download-network',
    ({ link }) => link?.downBytesPerSecond,
    optionalDisabledDiagnostic,
  ),
  physical_up: rateMetric(
    'Physical rate up',
    'mdi:upload-network',
    ({ link }) => link?.upBytesPerSecond,
    optionalDisabledDiagnostic,
  ),

  dsl_sync: {
    kind: 'boolean',
    name: 'DSL sync',
    deviceClass: 'connectivity',
    ...optionalDiagnostic,
    value: ({ tr064 }) => tr064?.dsl?.isUp,
  },
  dsl_down_rate: rateMetric('DSL rate down', 'mdi:download-network', ({ dsl }) => dsl?.down.rateBytesPerSecond),
  dsl_up_rate: rateMetric('DSL rate up', 'mdi:upload-network', ({ dsl }) => dsl?.up.rateBytesPerSecond),
  dsl_down_attainable: rateMetric(
    'DSL attainable down',
    'mdi:download-network-outline',
    ({ dsl }) => dsl?.down.attainableBytesPerSecond,
  ),
  dsl_up_attainable: rateMetric(
    'DSL attainable up',
    'mdi:upload-network-outline',
    ({ dsl }) => dsl?.up.attainableBytesPerSecond,
    optionalDisabledDiagnostic,
  ),
  dsl_down_noise_margin: signalMetric(
    'dB',
    'DSL noise margin down',
    'mdi:chart-bell-curve',
    ({ dsl }) => dsl?.down.noiseMargin,
  ),
  dsl_up_noise_margin: signalMetric(
    'dB',
    'DSL noise margin up',
    'mdi:chart-bell-curve',
    ({ dsl }) => dsl?.up.noiseMargin,
    optionalDisabledDiagnostic,
  ),
  dsl_down_attenuation: signalMetric(
    'dB',
    'DSL attenuation down',
    'mdi:arrow-down-bold-circle-outline',
    ({ dsl }) => dsl?.down.attenuation,
    optionalDisabledDiagnostic,
  ),
  dsl_up_attenuation: signalMetric(
    'dB',
    'DSL attenuation up',
    'mdi:arrow-up-bold-circle-outline',
    ({ dsl }) => dsl?.up.attenuation,
    optionalDisabledDiagnostic,
  ),
  dsl_retrains: {
    kind: 'counter',
    name: 'DSL retrains',
    icon: 'mdi:restart',
    ...optionalDiagnostic,
    value: ({ tr064 }) => tr064?.dsl?.retrains,
  },
  ...errorMetrics('dsl_crc_errors', 'DSL CRC errors', 'crc', optionalDiagnostic),
  ...errorMetrics('dsl_fec_errors', 'DSL FEC errors', 'fec', optionalDisabledDiagnostic),
  ...errorMetrics('dsl_crc_errors_up', 'DSL CRC errors up', 'crcUp', optionalDisabledDiagnostic),
  ...errorMetrics('dsl_fec_errors_up', 'DSL FEC errors up', 'fecUp', optionalDisabledDiagnostic),
  ...errorMetrics('dsl_errored_seconds', 'DSL errored seconds', 'erroredSeconds', optionalDisabledDiagnostic),
  ...errorMetrics(
    'dsl_severely_errored_seconds',
    'DSL severely errored seconds',
    'severelyErroredSeconds',
    optionalDisabledDiagnostic,
  ),

  fibre_received: signalMetric(
    'dBm',
    'Fibre power received',
    'mdi:lightbulb-on-outline',
    ({ fibre }) => fibre?.received,
  ),
  fibre_transmitted: signalMetric(
    'dBm',
    'Fibre power transmitted',
    'mdi:lightbulb-outline',
    ({ fibre }) => fibre?.transmitted,
  ),

  mobile_technology: {
    kind: 'text',
    name: 'Mobile technology',
    icon: 'mdi:signal-variant',
    ...optionalDiagnostic,
    value: ({ tr064 }) => tr064?.mobile?.technology,
  },
  mobile_signal: signalMetric('dBm', 'Mobile signal', 'mdi:signal', ({ mobile }) => mobile?.signal[0]),
  mobile_signal_2: signalMetric('dBm', 'Mobile signal 2', 'mdi:signal', ({ mobile }) => mobile?.signal[1]),
  mobile_roaming: {
    kind: 'boolean',
    name: 'Mobile roaming',
    icon: 'mdi:earth',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.mobile?.roaming,
  },
} satisfies Router;
