import { expect, test } from 'vitest';
import {
  partsPerTurn,
  resultOfStepsInTurns,
  runStepsAtOnce,
  runStepsInTurns,
  type StepwiseWork,
} from '../../src/model/event-loop-turns.ts';
import { turnsUntil } from '../helpers/turns.ts';

/** Counts to a number; `seen` gets each number when it is counted. */
function* countTo(last: number, seen: (number: number) => void = () => undefined): StepwiseWork<string> {
  for (let number = 1; number <= last; number += 1) {
    seen(number);
    yield 1;
  }
  return `counted to ${last}`;
}

test('all at once', () => {
  expect(runStepsAtOnce(countTo(10 * partsPerTurn))).toBe(`counted to ${10 * partsPerTurn}`);
});

test('few parts are done at once, and so is what follows', () => {
  const results: string[] = [];
  runStepsInTurns(countTo(partsPerTurn - 1), (result) => results.push(result));
  expect(results).toEqual([`counted to ${partsPerTurn - 1}`]);
});

test('several works take turns, and none has more parts in a turn than the bound', async () => {
  const counted: string[] = [];
  const perTurn: number[] = [];
  let isDone = false;
  const look = () => {
    perTurn.push(counted.length);
    if (!isDone) setImmediate(look);
  };
  const works = ['a', 'b'].map((name) => resultOfStepsInTurns(countTo(5 * partsPerTurn, () => counted.push(name))));
  look();
  await Promise.all(works);
  isDone = true;
  const growth = perTurn.slice(1).map((count, index) => count - (perTurn[index] ?? 0));
  expect(Math.max(...growth)).toBeLessThanOrEqual(partsPerTurn);
  expect(counted.lastIndexOf('a')).toBeGreaterThan(counted.indexOf('b'));
  expect(counted.lastIndexOf('b')).toBeGreaterThan(counted.lastIndexOf('a'));
});

test('a step of many parts ends the turn', async () => {
  const large = function* (): StepwiseWork<void> {
    for (let step = 0; step < 10; step += 1) yield 10 * partsPerTurn;
  };
  expect(await turnsUntil(resultOfStepsInTurns(large()))).toBeGreaterThanOrEqual(9);
});

test('what a work throws is its own, and the others go on', async () => {
  const failing = function* (): StepwiseWork<void> {
    yield partsPerTurn;
    throw new Error('broken');
  };
  const [failed, done] = await Promise.allSettled([
    resultOfStepsInTurns(failing()),
    resultOfStepsInTurns(countTo(3 * partsPerTurn)),
  ]);
  expect(failed).toMatchObject({ status: 'rejected', reason: new Error('broken') });
  expect(done).toMatchObject({ status: 'fulfilled', value: `counted to ${3 * partsPerTurn}` });
});
