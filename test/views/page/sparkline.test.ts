import { expect, test } from 'vitest';
import type { AnyMetricDeclaration } from '../../../src/model/metric.ts';
import { renderSparkline } from '../../../src/views/page/sparkline.ts';

const share: AnyMetricDeclaration = { kind: 'gauge', name: 'CPU', unit: '%', value: () => undefined };
const degrees: AnyMetricDeclaration = {
  kind: 'gauge',
  name: 'Temperature',
  unit: '°C',
  deviceClass: 'temperature',
  precision: 1,
  value: () => undefined,
};
const line = (...values: (number | undefined)[]) => [
  ...Array.from({ length: 60 - values.length }, () => undefined),
  ...values,
];

test('four values are too few for a line', () => expect(renderSparkline(line(1, 2, 3, 4), share)).toBeUndefined());

test('percentages have the whole scale, points between equals are left out, gaps stay', () => {
  expect(renderSparkline(line(0, 50, 50, 50, undefined, 100, 100), share)?.text).toBe(
    '<svg role="img" aria-label="last hour 0 to 100 %" viewBox="53 0 6 100" preserveAspectRatio="none">' +
      '<path class="area" d="M53 100L54 50L56 50V100H53ZM58 0L59 0V100H58Z"/><path d="M53 100L54 50L56 50M58 0L59 0"/></svg>',
  );
});

test('a small change far from zero looks small, and has no area below it', () => {
  expect(renderSparkline(line(40, 40, 40, 40, 41), degrees)?.text).toBe(
    '<svg role="img" aria-label="last hour 40.0 to 41.0 °C" viewBox="55 0 4 100" preserveAspectRatio="none"><path d="M55 55L58 55L59 45"/></svg>',
  );
});

test('a line of zeros is at the bottom', () =>
  expect(renderSparkline(line(0, 0, 0, 0, 0), degrees)?.text).toContain('"last hour 0.0 °C"'));
