import { expect, test } from 'vitest';
import type { AnyMetricDeclaration } from '../../../src/model/metric.ts';
import type { MetricHistoryInRange } from '../../../src/model/metric-history.ts';
import { renderSparkline as renderIn } from '../../../src/views/page/sparkline.ts';
import { englishPageTexts } from '../../../src/views/page/texts.ts';

const renderSparkline = (line: MetricHistoryInRange, metric: AnyMetricDeclaration) =>
  renderIn(line, metric, englishPageTexts);

const share: AnyMetricDeclaration = { kind: 'gauge', name: 'CPU', unit: '%', value: () => undefined };
const degrees: AnyMetricDeclaration = {
  kind: 'gauge',
  name: 'Temperature',
  unit: '°C',
  deviceClass: 'temperature',
  precision: 1,
  value: () => undefined,
};
const count: AnyMetricDeclaration = { kind: 'gauge', name: 'Clients', value: () => undefined };
const hour = (...values: (number | undefined)[]): MetricHistoryInRange => ({
  range: 'hour',
  values: [...Array.from({ length: 60 - values.length }, () => undefined), ...values],
});

test('four values are too few for a line', () => expect(renderSparkline(hour(1, 2, 3, 4), share)).toBeUndefined());

test('percentages have the whole scale, points between equals are left out, gaps stay', () => {
  expect(renderSparkline(hour(0, 50, 50, 50, undefined, 100, 100), share)?.text).toBe(
    '<svg class="line" role="img" aria-label="last hour 0 to 100 %" viewBox="53 0 6 100" preserveAspectRatio="none" ' +
      'data-high="100" data-step="1" data-digits="0" data-unit="%">' +
      '<path class="area" d="M53 100l1-50 2 0V100H53ZM58 0l1 0V100H58Z"/><path d="M53 100l1-50 2 0M58 0l1 0"/></svg>',
  );
});

test('a small change far from zero looks small, has no area below it, and is as exact as its last digit', () => {
  expect(renderSparkline(hour(40, 40, 40, 40, 41), degrees)?.text).toBe(
    '<svg class="line" role="img" aria-label="last hour 40.0 to 41.0 °C" viewBox="55 0 4 104" preserveAspectRatio="none" ' +
      'data-high="45.7" data-step="0.1" data-digits="1" data-unit="°C"><path d="M55 57l3 0 1-10"/></svg>',
  );
});

test('a scale with more digits than can be seen has a thousand steps', () => {
  expect(renderSparkline(hour(0, 0, 0, 0, 20_000), count)?.text).toContain(
    'viewBox="55 0 4 1000" preserveAspectRatio="none" data-high="20000" data-step="20"',
  );
});

test('a line of zeros is at the bottom', () =>
  expect(renderSparkline(hour(0, 0, 0, 0, 0), degrees)?.text).toContain('"last hour 0.0 °C"'));

test('a count that never changed has no line', () =>
  expect(renderSparkline(hour(2, 2, 2, 2, 2), count)).toBeUndefined());

test('a value alone between gaps is a dot', () =>
  expect(renderSparkline(hour(1, 2, 3, 4, undefined, 5), share)?.text).toContain('M59 95h0"/></svg>'));

test('a day has a band from the least to the most', () => {
  const text = renderSparkline(
    {
      range: 'day',
      values: [10, 20, 20, 20, 20, undefined, 30],
      least: [5, 20, 20, 20, 20, undefined, 30],
      most: [40, 20, 20, 20, 90, undefined, 30],
    },
    share,
  )?.text;
  expect(text).toContain('aria-label="last day 5 to 90 %"');
  expect(text).toContain(
    '<path class="band" d="M0 60l1 20 2 0 1-70L4 80l-3 0 -1 15ZM6 70h0L6 70Z"/><path d="M0 90l1-10 3 0M6 70h0"/>',
  );
});
