import { expect, test } from 'vitest';
import { WrongTokenPauses } from '../../src/http/wrong-token-pauses.ts';
import { bounds } from '../../src/model/bounds.ts';
import { stopClock } from '../helpers/clock.ts';

const guesser = '192.0.2.7';

function pausesAfter(guesses: number) {
  const warnings: string[] = [];
  const pauses = new WrongTokenPauses((text) => warnings.push(text));
  for (let index = 0; index < guesses; index += 1) pauses.wrong(guesser, `wrong ${index}`);
  return { pauses, warnings };
}

test('a peer that guesses waits, longer after each guess, and is told of once', async () => {
  const clock = stopClock();
  const { pauses, warnings } = pausesAfter(bounds.wrongTokens.items);
  expect(pauses.remainingMs(guesser)).toBe(1000);
  expect(pauses.remainingMs('192.0.2.8')).toBe(0);
  await clock.turn(1);
  expect(pauses.remainingMs(guesser)).toBe(0);
  pauses.wrong(guesser, 'another');
  expect(pauses.remainingMs(guesser)).toBe(2000);
  for (let index = 0; index < 20; index += 1) pauses.wrong(guesser, `more ${index}`);
  expect(pauses.remainingMs(guesser)).toBe(60_000);
  expect(warnings).toEqual([expect.stringContaining(`wrong tokens from ${guesser}`)]);
});

test('the same wrong token again is no guess, and the right one ends it', () => {
  const { pauses } = pausesAfter(1);
  for (let index = 0; index < 100; index += 1) pauses.wrong(guesser, 'old');
  expect(pauses.remainingMs(guesser)).toBe(0);
  for (let index = 0; index < 10; index += 1) pauses.wrong(guesser, `guess ${index}`);
  pauses.right(guesser);
  expect(pauses.remainingMs(guesser)).toBe(0);
});

test('all addresses of an IPv6 network are one peer, and so are both forms of an IPv4 address', () => {
  stopClock();
  const { pauses } = pausesAfter(0);
  for (let index = 0; index < 5; index += 1) pauses.wrong(`2001:db8:1:2::${index}`, `guess ${index}`);
  expect(pauses.remainingMs('2001:db8:1:2:ffff::9')).toBeGreaterThan(0);
  expect(pauses.remainingMs('2001:db8:1:3::9')).toBe(0);
  for (let index = 0; index < 5; index += 1) pauses.wrong('192.0.2.1', `guess ${index}`);
  expect(pauses.remainingMs('::ffff:192.0.2.1')).toBeGreaterThan(0);
});

test('the number of peers is bounded; the one that has been quiet for longest is forgotten', () => {
  stopClock();
  const { pauses } = pausesAfter(10);
  for (let index = 0; index < bounds.httpPeers.items; index += 1)
    pauses.wrong(`10.0.${index >> 8}.${index & 255}`, 'wrong');
  expect(pauses.remainingMs(guesser)).toBe(0);
});
