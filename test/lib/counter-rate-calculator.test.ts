import { expect, test } from 'vitest';
import { CounterRateCalculator } from '../../src/lib/counter-rate-calculator.ts';

/** Counters read at moments in seconds: the wall clock’s and the steady one’s. */
function rates(...readings: { wall: number; monotonic: number; counter: number | undefined }[]) {
  const meter = new CounterRateCalculator();
  return readings.map(({ wall, monotonic, counter }) => {
    meter.begin({ wall: wall * 1000, monotonic: monotonic * 1000 });
    return meter.perSecond('x', counter);
  });
}
const even = (second: number, counter: number | undefined) => ({ wall: second, monotonic: second, counter });

test('unknown at first, then a rate per second', () =>
  expect(rates(even(0, 100), even(10, 150), even(20, 150))).toEqual([undefined, 5, 0]));
test('unknown once after a reset', () =>
  expect(rates(even(0, 100), even(10, 20), even(20, 30))).toEqual([undefined, undefined, 1]));
test('unknown once after a sleep', () => {
  expect(
    rates(even(0, 0), { wall: 3600, monotonic: 10, counter: 1000 }, { wall: 3610, monotonic: 20, counter: 1010 }),
  ).toEqual([undefined, undefined, 1]);
});
test('unknown once after the clock was set back', () => {
  expect(
    rates(even(0, 0), { wall: -3600, monotonic: 10, counter: 1000 }, { wall: -3590, monotonic: 20, counter: 1010 }),
  ).toEqual([undefined, undefined, 1]);
});
test('a clock that is slewed changes nothing', () =>
  expect(rates(even(0, 0), { wall: 10.5, monotonic: 10, counter: 10 })).toEqual([undefined, 1]));
test('a counter that was missing starts again', () =>
  expect(rates(even(0, 0), even(10, undefined), even(20, 100), even(30, 110))).toEqual([
    undefined,
    undefined,
    undefined,
    1,
  ]));
test('two readings at the same time give no rate', () =>
  expect(rates(even(0, 0), even(0, 5))).toEqual([undefined, undefined]));
test('a counter that one reading left out starts again: the time between is another', () => {
  const meter = new CounterRateCalculator();
  const rates = [0, 10, 20, 30].map((second) => {
    meter.begin({ wall: second * 1000, monotonic: second * 1000 });
    return second === 10 ? undefined : meter.perSecond('x', second);
  });
  expect(rates).toEqual([undefined, undefined, undefined, 1]);
});
