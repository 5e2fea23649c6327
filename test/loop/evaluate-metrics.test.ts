import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateMetrics } from '../../src/loop/evaluate-metrics.ts';
import type { AnyMetricDeclaration } from '../../src/model/metric.ts';

const gauge = (more: object = {}): AnyMetricDeclaration =>
  ({ kind: 'gauge', name: 'X', value: (r: number) => r, ...more }) as AnyMetricDeclaration;
const one = (metric: AnyMetricDeclaration, reading: unknown, before?: number | string) =>
  evaluateMetrics({ x: metric }, reading, before === undefined ? {} : { x: before }).sample.x;

test('numbers are rounded to their precision', () => {
  expect(one(gauge({ precision: 1 }), 41.2499)).toBe(41.2);
  expect(one(gauge(), 41.6)).toBe(42);
});

test('a value that is not a number is unknown', () => {
  for (const nothing of [Number.NaN, Number.POSITIVE_INFINITY, undefined]) expect(one(gauge(), nothing)).toBeNull();
});

test('changes below the deadband are left out, also at a rounding boundary', () => {
  const metric = gauge({ deadband: 2 });
  expect(one(metric, 41.51, 41)).toBe(41);
  expect(one(metric, 42.9, 41)).toBe(43);
  expect(one(metric, 39.4, 41)).toBe(39);
});

test('a number after an unknown value is used as it is', () =>
  expect(evaluateMetrics({ x: gauge({ deadband: 9 }) }, 3, { x: null }).sample.x).toBe(3));

test('a counter never decreases by rounding or its deadband', () => {
  const counter = { ...gauge({ precision: 1, deadband: 0.5 }), kind: 'counter' } as AnyMetricDeclaration;
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true })), (growths) => {
      let raw = 0;
      let before: number | undefined;
      for (const growth of growths) {
        raw += growth;
        const now = Number(one(counter, raw, before));
        expect(now).toBeGreaterThanOrEqual(before ?? 0);
        before = now;
      }
    }),
  );
});

test('the reset of a counter shows at once', () => {
  const counter = { ...gauge({ precision: 1, deadband: 0.5 }), kind: 'counter' } as AnyMetricDeclaration;
  expect(one(counter, 1.1, 1.4)).toBe(1.1);
  const gigabytes = { ...counter, deviceClass: 'data_size', unit: 'GB' } as AnyMetricDeclaration;
  expect(one(gigabytes, 1.1e9, 1.4)).toBe(1.1);
});

test('a timestamp changes only beyond its deadband', () => {
  const instant: AnyMetricDeclaration = { kind: 'timestamp', name: 'X', deadband: 60, value: (r: Date) => r };
  expect(one(instant, new Date('2026-01-01T00:00:00.600Z'))).toBe('2026-01-01T00:00:01Z');
  expect(one(instant, new Date('2026-01-01T00:00:50Z'), '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
  expect(one(instant, new Date('2026-01-01T00:01:00Z'), '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:01:00Z');
  expect(one(instant, new Date(Number.NaN))).toBeNull();
});

test('texts fit into a state of Home Assistant, enums into their options', () => {
  expect(one({ kind: 'text', name: 'X', value: (r: string) => r }, 'x'.repeat(300))).toHaveLength(255);
  expect(one({ kind: 'enum', name: 'X', options: ['a'], value: (r: string) => r }, 'b')).toBeNull();
});

test('raw numbers are as they were read, in base units; what is shown is in the unit of the metric', () => {
  const metrics: Record<string, AnyMetricDeclaration> = {
    x: gauge({ precision: 0, deadband: 9 }),
    share: gauge({ unit: '%', precision: 1, value: (r: number) => r / 100 }),
    size: gauge({ deviceClass: 'data_size', unit: 'GB', precision: 3, value: (r: number) => r * 1e9 }),
    none: { kind: 'gauge', name: 'X', value: () => undefined },
    endless: { kind: 'gauge', name: 'X', value: () => Number.POSITIVE_INFINITY },
    flag: { kind: 'boolean', name: 'X', value: () => true },
  };
  expect(evaluateMetrics(metrics, 41.2499)).toEqual({
    sample: { x: 41, share: 41.2, size: 41.25, none: null, endless: null, flag: true },
    rawNumbers: { x: 41.2499, share: 41.2499 / 100, size: 41_249_900_000 },
    impossibleValues: new Map(),
  });
});

test('each value is computed once', () => {
  let computed = 0;
  const value = () => {
    computed += 1;
    return 1;
  };
  evaluateMetrics({ x: gauge({ value }) }, {});
  expect(computed).toBe(1);
});

test.each([
  ['%', -0.06, '-6 % is below the minimum of 0 %'],
  ['%', 1.04, '104 % is above the maximum of 100 %'],
  ['°C', -300, '-300 °C is below the minimum of -273.15 °C'],
  ['Mbit/s', 5e12, '40000000 Mbit/s is above the maximum of 800000 Mbit/s'],
  ['MB/s', -1e6, '-1 MB/s is below the minimum of 0 MB/s'],
  [undefined, -1, '-1 is below the minimum of 0'],
])('in %s, %d is impossible', (unit, value, text) => {
  const { sample, rawNumbers, impossibleValues } = evaluateMetrics({ x: gauge({ unit }) }, value);
  expect([sample, rawNumbers, [...impossibleValues]]).toEqual([{ x: null }, {}, [['x', text]]]);
});

test('a metric has its own ends where they differ from those of its unit, in its unit', () => {
  const used = { x: gauge({ unit: '%', most: 255 }) };
  expect(evaluateMetrics(used, 2.55).sample.x).toBe(255);
  expect(evaluateMetrics(used, 2.56).impossibleValues.get('x')).toBe('256 % is above the maximum of 255 %');
  const left = { x: gauge({ deviceClass: 'duration', unit: 'd', least: Number.NEGATIVE_INFINITY }) };
  expect(evaluateMetrics(left, -86_400).sample.x).toBe(-1);
});

test('a value that is beyond an end only before it is rounded is that end', () => {
  const { sample, rawNumbers } = evaluateMetrics(
    { over: gauge({ unit: '%' }), under: gauge({ unit: '%', value: () => -1e-17 }) },
    1.0004,
  );
  expect([sample, rawNumbers]).toEqual([
    { over: 100, under: expect.closeTo(0, 12) },
    { over: 1, under: 0 },
  ]);
});

test('a device class of differences has no ends', () => {
  for (const unit of ['K', 'dB', 'dBm']) expect(one(gauge({ unit }), -40)).toBe(-40);
});
