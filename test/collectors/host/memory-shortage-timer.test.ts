import { expect, test } from 'vitest';
import { MemoryShortageTimer } from '../../../src/collectors/host/memory-shortage-timer.ts';

/** A machine with so many percent of its memory available and of its swap used, and so much waiting. */
const machine = (available: number, swapUsed: number, waiting = 0) => ({
  memory: { total: 100, available, swapTotal: 100, swapFree: 100 - swapUsed },
  pressure: { memory: waiting / 100 },
});

const seconds = (timer: MemoryShortageTimer, ...readings: Parameters<MemoryShortageTimer['update']>[0][]) =>
  readings.map((reading, index) => timer.update(reading, index * 60));

test('short with little available, and swapping or waiting for memory', () => {
  const of = (...values: [number, number, number?]) =>
    seconds(new MemoryShortageTimer(), machine(...values), machine(...values))[1];
  expect(of(4.9, 51)).toBe(60);
  expect(of(4.9, 0, 21)).toBe(60);
  expect(of(5.1, 51)).toBe(0);
  expect(of(4.9, 49, 19)).toBe(0);
});

test('over only with two percent more, whatever is in the swap', () =>
  expect(seconds(new MemoryShortageTimer(), machine(4, 60), machine(6.9, 0), machine(7.1, 60))).toEqual([0, 60, 0]));

test('a limit of its own', () =>
  expect(seconds(new MemoryShortageTimer(80), machine(19, 60), machine(21.9, 60), machine(22.1, 60))).toEqual([
    0, 60, 0,
  ]));

test('without swap only waiting counts; without memory nothing is known', () => {
  const noSwap = { memory: { total: 100, available: 1, swapTotal: 0, swapFree: 0 } };
  expect(seconds(new MemoryShortageTimer(), noSwap, noSwap)).toEqual([0, 0]);
  expect(new MemoryShortageTimer().update({}, 0)).toBeUndefined();
});
