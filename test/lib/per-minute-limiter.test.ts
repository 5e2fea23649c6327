import { expect, test } from 'vitest';
import { PerMinuteLimiter } from '../../src/lib/per-minute-limiter.ts';
import { stopClock } from '../helpers/clock.ts';

test('so many within a minute, and what was too many is told once', async () => {
  const clock = stopClock();
  const limit = new PerMinuteLimiter({ items: 2 });
  const admitted = () => Array.from({ length: 5 }, () => limit.admit()?.leftOut);
  expect(admitted()).toEqual([0, 0, undefined, undefined, undefined]);
  await clock.turn(60);
  expect(admitted()).toEqual([3, 0, undefined, undefined, undefined]);
});
