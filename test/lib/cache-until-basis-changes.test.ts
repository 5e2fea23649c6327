import { expect, test } from 'vitest';
import { CacheUntilBasisChanges } from '../../src/lib/cache-until-basis-changes.ts';
import { stopClock } from '../helpers/clock.ts';

test('an answer is found again when what it follows from changes, and after five minutes', () => {
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
  turn(299);
  expect(look('eth1', 'wg0')).toBe(4);
  turn(1);
  expect(look('eth1', 'wg0')).toBe(5);
});

test('an answer that has to be waited for is remembered, and a failure is not', async () => {
  const remembered = new CacheUntilBasisChanges<string>();
  await expect(remembered.getAsync([1], () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
  expect(await remembered.getAsync([1], async () => 'first')).toBe('first');
  expect(await remembered.getAsync([1], async () => 'second')).toBe('first');
  expect(await remembered.getAsync([2], async () => 'second')).toBe('second');
});
