import { expect, test } from 'vitest';
import type { AnyMetricDeclaration } from '../../../src/model/metric.ts';
import { renderPercentBar } from '../../../src/views/page/metric-views.ts';

const share: AnyMetricDeclaration = { kind: 'gauge', name: 'Used', unit: '%', value: () => undefined };
const count: AnyMetricDeclaration = { kind: 'gauge', name: 'Clients', value: () => undefined };

test.each([
  [33.9, undefined, 'class="bar"', '34%'],
  [92, 'red' as const, 'class="bar red"', '92%'],
  [104, undefined, 'class="bar"', '100%'],
])('%s %% with color %s', (value, color, cssClass, width) => {
  expect(renderPercentBar(share, value, color)?.text).toBe(
    `<svg ${cssClass} aria-hidden="true"><rect width="${width}" height="100%"/></svg>`,
  );
});

test('no bar of an unknown value, nor of what is no percentage', () => {
  expect(renderPercentBar(share, null, undefined)).toBeUndefined();
  expect(renderPercentBar(count, 12, undefined)).toBeUndefined();
});
