import { expect, test } from 'vitest';
import { TimeToFullEstimator } from '../../../src/collectors/host/time-to-full.ts';

const hour = 3_600_000;
const start = Date.parse('2026-01-02T03:04:05Z');

/** Days left after each of these hours, with so much free. */
function left(...seen: [hours: number, bytes: number][]) {
  const filling = new TimeToFullEstimator();
  return seen.map(([hours, bytes]) => {
    const seconds = filling.secondsToFull('/', bytes, start + hours * hour);
    return seconds && seconds / 86_400;
  });
}
const every = (hours: number, free: (hour: number) => number) =>
  Array.from({ length: hours + 1 }, (_, at): [number, number] => [at, free(at)]);

test('unknown for six hours, then at the rate since', () => {
  expect(left(...every(6, (at) => 240 - at)).map((days) => days && Math.round(days * 10) / 10)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    9.8,
  ]);
});
test('a constant file system takes a year or more', () => expect(left(...every(6, () => 100)).at(-1)).toBe(365));
test('so does one that gets emptier', () => expect(left(...every(6, (at) => 100 + at)).at(-1)).toBe(365));
test('only the last 24 hours count', () =>
  expect(left(...every(60, (at) => (at < 30 ? 1000 - 10 * at : 700))).at(-1)).toBe(365));
test('a full file system has no time left', () => expect(left(...every(6, (at) => 60 - 10 * at)).at(-1)).toBe(0));
test('after the clock is set back, the estimate starts again', () =>
  expect(left(...every(6, (at) => 60 - at), [-100, 50], [-99, 49])).toEqual([
    ...Array(6).fill(undefined),
    expect.any(Number),
    undefined,
    undefined,
  ]));

test('a fuller backup disk in another one’s place does not fill', () => {
  const filling = new TimeToFullEstimator();
  for (const at of [0, 3, 6]) filling.secondsToFull('backup', 3000, start + at * hour);
  filling.keepOnly(new Set(['backup']));
  expect(filling.secondsToFull('backup', 3000, start + 7 * hour)).toBe(365 * 86_400);
  filling.keepOnly(new Set());
  expect(filling.secondsToFull('backup', 400, start + 8 * hour)).toBeUndefined();
});
