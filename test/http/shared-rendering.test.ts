import { expect, test } from 'vitest';
import { SharedRendering } from '../../src/http/shared-rendering.ts';
import { until } from '../helpers/until.ts';

/** Renderings that end when they are told to; each has the number of its beginning. */
function controlled() {
  const ends: (() => void)[] = [];
  const shared = new SharedRendering(() => {
    const number = ends.length + 1;
    return new Promise<number>((resolve) => ends.push(() => resolve(number)));
  });
  return { shared, ends };
}

test('all who ask while it is being made get the same', async () => {
  const { shared, ends } = controlled();
  const answers = [shared.get(), shared.get(), shared.get()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await Promise.all(answers)).toEqual([1, 1, 1]);
  expect(await shared.get()).toBe(1);
});

test('after a change it is made anew, once it is asked for', async () => {
  const { shared, ends } = controlled();
  const first = shared.get();
  ends[0]?.();
  await first;
  shared.expire();
  expect(ends).toHaveLength(1);
  const second = shared.get();
  ends[1]?.();
  expect(await second).toBe(2);
});

test('after changes while it is being made, it is made once more when it is done', async () => {
  const { shared, ends } = controlled();
  const first = shared.get();
  shared.expire();
  const later = [shared.get(), shared.get()];
  shared.expire();
  later.push(shared.get());
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await until('the next one begins', () => ends.length === 2);
  ends[1]?.();
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

test('without a known change it is made anew after a while', async () => {
  let count = 0;
  const shared = new SharedRendering(async () => {
    count += 1;
    return count;
  });
  expect(await shared.get()).toBe(1);
  await until('a new one', async () => (await shared.get()) === 2);
});

test('one that fails is made anew for the next who asks', async () => {
  let count = 0;
  const shared = new SharedRendering(async () => {
    count += 1;
    if (count === 1) throw new Error('no');
    return count;
  });
  await expect(shared.get()).rejects.toThrow('no');
  expect(await shared.get()).toBe(2);
});
