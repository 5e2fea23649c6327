import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { LookupQueue, lookUpName, lookupFunction } from '../../../src/lib/names/name-lookup.ts';
import { stopClock } from '../../helpers/clock.ts';
import { until } from '../../helpers/until.ts';

/** A resolver that answers when it is told to. */
function resolverOnDemand() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const queue = new LookupQueue((host) => {
    asked.push(host);
    return new Promise((resolve) => {
      answers.push(() => resolve([{ address: '192.0.2.1', family: 4 }]));
    });
  });
  return { queue, asked, answer: () => answers.shift()?.() };
}

test('names are looked up one at a time, and none twice', async () => {
  const { queue, asked, answer } = resolverOnDemand();
  const found = [queue.lookUp('a.lan'), queue.lookUp('b.lan'), queue.lookUp('a.lan'), queue.lookUp('b.lan')];
  expect(asked).toEqual(['a.lan']);
  expect(['a.lan', 'b.lan', 'c.lan'].map((host) => queue.isWaiting(host))).toEqual([false, true, false]);
  answer();
  await until('the next name is looked up', () => asked.length === 2);
  answer();
  await Promise.all(found);
  expect(asked).toEqual(['a.lan', 'b.lan']);
});

test('a name whose server was silent waits for the others', async () => {
  const { turn } = stopClock();
  const { queue, asked, answer } = resolverOnDemand();
  const silent = queue.lookUp('silent.lan');
  turn(10);
  answer();
  await silent;
  const found = ['a.lan', 'silent.lan', 'b.lan'].map((host) => queue.lookUp(host));
  for (const length of [2, 3, 4]) {
    await until(`look-up ${length}`, () => asked.length === length);
    answer();
  }
  await Promise.all(found);
  expect(asked).toEqual(['silent.lan', 'a.lan', 'b.lan', 'silent.lan']);
});

test('what has waited too long behind a silent server is dropped, and can be looked up again', async () => {
  const { turn } = stopClock();
  const { queue, asked, answer } = resolverOnDemand();
  const silent = queue.lookUp('silent.lan');
  const dropped = [queue.lookUp('a.lan'), queue.lookUp('b.lan')];
  turn(10);
  const late = queue.lookUp('c.lan');
  answer();
  await silent;
  for (const one of dropped) await expect(one).rejects.toThrow('other names are being looked up');
  answer();
  await late;
  const again = queue.lookUp('a.lan');
  answer();
  await again;
  expect(asked).toEqual(['silent.lan', 'c.lan', 'a.lan']);
});

test('a failed look-up is an error for those who wait for it, and ends', async () => {
  let count = 0;
  const queue = new LookupQueue(async () => {
    count += 1;
    if (count === 1) throw new Error('no such name');
    return [{ address: '192.0.2.1', family: 4 }];
  });
  await expect(queue.lookUp('a.lan')).rejects.toThrow('no such name');
  await expect(queue.lookUp('a.lan')).resolves.toHaveLength(1);
});

const ask = (lookup: LookupFunction, host: string, options: object) =>
  new Promise<unknown>((resolve, reject) => {
    lookup(host, options, (error, address, family) => {
      if (error) reject(error);
      else resolve(family === undefined ? address : { address, family });
    });
  });

test('a socket gets all addresses, the first one, or those of one family', async () => {
  const v6 = { address: '2001:db8::1', family: 6 };
  const v4 = { address: '192.0.2.1', family: 4 };
  const lookup = lookupFunction(async () => [v6, v4]);
  expect(await ask(lookup, 'a.lan', { all: true })).toEqual([v6, v4]);
  expect(await ask(lookup, 'a.lan', {})).toEqual(v6);
  expect(await ask(lookup, 'a.lan', { family: 4 })).toEqual(v4);
  expect(await ask(lookup, 'a.lan', { family: 'IPv6', all: true })).toEqual([v6]);
  await expect(
    ask(
      lookupFunction(async () => [v4]),
      'a.lan',
      { family: 6 },
    ),
  ).rejects.toMatchObject({
    code: 'ENOTFOUND',
  });
});

test('the system’s resolver is asked', async () => {
  expect(await lookUpName('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  await expect(ask(lookupFunction(lookUpName), 'no-such-name.invalid', {})).rejects.toBeInstanceOf(Error);
});
