import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import { type AnyTranslatableText, renderTranslatableText, type TranslatableText } from '../../model/translation.ts';
import type { CommonDriveTexts } from './texts.ts';
import { type SelfTestSummary, selfTestResult, selfTestResults } from './tools/self-tests.ts';

/** What drives of every kind have, by the names that Home Assistant knows. */
export const commonDriveMetrics = <R>(read: {
  temperature(reading: R): number | undefined;
  hint(reading: R): AnyTranslatableText | undefined;
  selfTests(reading: R): SelfTestSummary | undefined;
  firmware(reading: R): string | undefined;
  dependents(reading: R): TranslatableText<CommonDriveTexts> | undefined;
}) =>
  ({
    temperature: {
      kind: 'gauge',
      name: 'Temperature',
      deviceClass: 'temperature',
      unit: '°C',
      deadband: 2,
      value: read.temperature,
    },
    hint: {
      kind: 'text',
      name: 'What is missing',
      icon: 'mdi:lightbulb-on-outline',
      ...diagnostic,
      optional: true,
      value(reading: R, texts?: CommonDriveTexts) {
        const hint = read.hint(reading);
        return hint && renderTranslatableText(hint, texts);
      },
    },
    selfTest: {
      kind: 'enum',
      name: 'Self-test',
      options: selfTestResults,
      icon: 'mdi:clipboard-check-outline',
      ...diagnostic,
      optional: true,
      value(reading: R) {
        const selfTests = read.selfTests(reading);
        return selfTests && selfTestResult(selfTests);
      },
    },
    dependents: {
      kind: 'text',
      name: 'Needed for',
      icon: 'mdi:file-tree',
      ...diagnostic,
      optional: true,
      value: (reading: R, texts?: CommonDriveTexts) => read.dependents(reading)?.(texts),
    },
    firmware: { kind: 'text', name: 'Firmware', icon: 'mdi:chip', ...disabledDiagnostic, value: read.firmware },
  }) as const satisfies MetricDeclarations<R>;

export const capacityMetric = <R>(value: (reading: R) => number | undefined) =>
  ({
    kind: 'gauge',
    name: 'Capacity',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 1,
    ...disabledDiagnostic,
    value,
  }) as const satisfies MetricDeclarations<R>[string];
