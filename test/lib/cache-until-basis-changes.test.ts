import { expect, test } from 'vitest';
import { CacheUntilBasisChanges } from '../../src/lib/cache-until-basis-changes.ts';
import { stopClock } from '../helpers/clock.ts';

test('an answer is found again when what it follows from changes, and after a minute', () => {
  const { turn } = stopClock();
  const remembered = new CacheUntilBasisChanges<number>();
  let found = 0;
  const look = (...basis: unknown[]) =>
    remembered.get(basis, () => {
      found += 1;
      return found;
    });
  expect([look('eth0', undefined), look('eth0', undefined)]).toEqual([1, 1]);
  expect([look('eth0'), look('eth0', 'wg0'), look('eth1', 'wg0'), look('eth1', 'wg0')]).toEqual([2, 3, 4, 4]);
  turn(59);
  expect(look('eth1', 'wg0')).toBe(4);
  turn(1);
  expect(look('eth1', 'wg0')).toBe(5);
});
