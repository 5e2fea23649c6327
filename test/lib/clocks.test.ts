import { expect, test } from 'vitest';
import { TimeSinceClockJump } from '../../src/lib/clocks.ts';

const minute = 60_000;

test('a clock is steady since it was last set, forward or back', () => {
  const steadiness = new TimeSinceClockJump();
  expect(steadiness.steadyMsAt({ wall: 0, monotonic: 0 })).toBe(0);
  expect(steadiness.steadyMsAt({ wall: minute + 900, monotonic: minute })).toBe(minute);
  expect(steadiness.steadyMsAt({ wall: 20 * minute, monotonic: 2 * minute })).toBe(0);
  expect(steadiness.steadyMsAt({ wall: 23 * minute, monotonic: 5 * minute })).toBe(3 * minute);
  expect(steadiness.steadyMsAt({ wall: 22 * minute, monotonic: 6 * minute })).toBe(0);
});
