import { expect, test } from 'vitest';
import { reconnectPauseSeconds } from '../../src/mqtt/backoff.ts';

test('pauses double from one second to a minute, and jitter takes up to half of each', () => {
  expect([0, 1, 2, 5, 6, 7, 1000].map((attempt) => reconnectPauseSeconds(attempt, 1))).toEqual([
    1, 2, 4, 32, 60, 60, 60,
  ]);
  expect([0, 3, 60].map((attempt) => reconnectPauseSeconds(attempt, 0))).toEqual([0.5, 4, 30]);
  expect(reconnectPauseSeconds(2, 0.5)).toBe(3);
});
