import { expect, test } from 'vitest';
import { MetricSeries } from '../../src/loop/metric-series.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));

function seriesOf(...readings: [minute: number, value: number][]) {
  const series = new MetricSeries();
  for (const [minute, value] of readings) series.record(at(minute), value);
  return series;
}

/** The last quarters of an hour: mean, least, most. */
function dayOf(series: MetricSeries, minute: number, quarters: number) {
  const { values, least = [], most = [] } = series.dayUntil(at(minute));
  expect(values).toHaveLength(96);
  return values.map((value, index) => [value, least[index], most[index]]).slice(-quarters);
}
const unknown = [undefined, undefined, undefined];

test('a quarter of an hour has mean, least and most of its readings, also before it is over', () => {
  const series = seriesOf([0, 10], [5, 40], [10, 10], [16, 8], [17, 4]);
  expect(dayOf(series, 18, 3)).toEqual([unknown, [20, 10, 40], [6, 4, 8]]);
});

test('a peak between two minutes is not lost', () => {
  const series = new MetricSeries();
  for (const [second, value] of [
    [0, 1],
    [20, 97],
    [40, 1],
  ] as const)
    series.record(new Date(at(0).getTime() + second * 1000), value);
  expect(dayOf(series, 0, 1)).toEqual([[33, 1, 97]]);
});

test('a quarter without a reading has the value before; after an hour without one there is a gap', () => {
  expect(dayOf(seriesOf([0, 10], [40, 20]), 40, 4)).toEqual([unknown, [10, 10, 10], [10, 10, 10], [20, 20, 20]]);
  expect(dayOf(seriesOf([0, 10], [75, 20]), 75, 6)).toEqual([
    [10, 10, 10],
    unknown,
    unknown,
    unknown,
    unknown,
    [20, 20, 20],
  ]);
});

test('what was read last lasts for an hour', () => {
  const series = seriesOf([0, 10]);
  expect(dayOf(series, 30, 3)).toEqual([
    [10, 10, 10],
    [10, 10, 10],
    [10, 10, 10],
  ]);
  expect(dayOf(series, 60, 5)).toEqual([[10, 10, 10], unknown, unknown, unknown, unknown]);
});

test('unknown values do not count', () => {
  const series = seriesOf([0, 10], [1, Number.NaN], [15, Number.NaN], [30, 30]);
  expect(dayOf(series, 30, 3)).toEqual([[10, 10, 10], unknown, [30, 30, 30]]);
});

test('a day and no more', () => {
  const series = seriesOf(...Array.from({ length: 200 }, (_, quarter): [number, number] => [quarter * 15, quarter]));
  expect(series.dayUntil(at(199 * 15)).values).toEqual(Array.from({ length: 96 }, (_, index) => 104 + index));
  expect(series.dayUntil(at((199 + 96) * 15)).values).toEqual(Array.from({ length: 96 }, () => undefined));
});

test('setting the clock back clears hour and day', () => {
  const series = seriesOf([30, 10], [5, 20]);
  expect(dayOf(series, 5, 2)).toEqual([unknown, [20, 20, 20]]);
  expect(series.hourUntil(at(5)).values.filter((value) => value !== undefined)).toEqual([20]);
});
