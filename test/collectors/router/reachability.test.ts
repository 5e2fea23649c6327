import { expect, test } from 'vitest';
import { type ReachabilityReading, reachabilityMetrics } from '../../../src/collectors/router/reachability.ts';

test('by what a host is reached is known only of one that is reached', () => {
  const reading = (reachable: boolean) => ({ reachable, probe: { by: 'icmp' } }) as ReachabilityReading;
  expect(reachabilityMetrics.reached_by?.value(reading(true))).toBe('icmp');
  expect(reachabilityMetrics.reached_by?.value(reading(false))).toBeUndefined();
});
