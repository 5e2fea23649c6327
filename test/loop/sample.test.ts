import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractRawNumbers, extractSample } from '../../src/loop/sample.ts';
import type { AnyMetricDeclaration } from '../../src/model/metric.ts';

const gauge = (more: object = {}): AnyMetricDeclaration =>
  ({ kind: 'gauge', name: 'X', value: (r: number) => r, ...more }) as AnyMetricDeclaration;
const one = (metric: AnyMetricDeclaration, reading: unknown, before?: number | string) =>
  extractSample({ x: metric }, reading, before === undefined ? undefined : { x: before }).x;

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
  expect(extractSample({ x: gauge({ deadband: 9 }) }, 3, { x: null }).x).toBe(3));

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

test('raw numbers are as they were read', () => {
  const metrics: Record<string, AnyMetricDeclaration> = {
    x: gauge({ precision: 0, deadband: 9 }),
    none: { kind: 'gauge', name: 'X', value: () => undefined },
    endless: { kind: 'gauge', name: 'X', value: () => Number.POSITIVE_INFINITY },
    flag: { kind: 'boolean', name: 'X', value: () => true },
  };
  expect(extractRawNumbers(metrics, 41.2499)).toEqual({ x: 41.2499 });
});
