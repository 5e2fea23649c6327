import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OutageTracker } from '../../../src/collectors/router/outage-tracker.ts';
import { LateAnswerError, Poller } from '../../../src/collectors/router/poller.ts';

test('a quick answer is of now, an error too', async () => {
  let count = 0;
  const watch = new Poller(async () => {
    count += 1;
    if (count === 2) throw new Error('no');
    return count;
  }, 5);
  expect(await watch.poll()).toBe(1);
  await expect(watch.poll()).rejects.toThrow('no');
  expect(await watch.poll()).toBe(3);
});

test('what hangs is asked once, waited for less and less, and given up', async () => {
  let asked = 0;
  let given: AbortSignal | undefined;
  const watch = new Poller((signal) => {
    asked += 1;
    given = signal;
    return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
  }, 6);
  const waits: number[] = [];
  for (let look = 0; look < 2; look += 1) {
    const began = performance.now();
    await expect(watch.poll()).rejects.toBeInstanceOf(LateAnswerError);
    waits.push(performance.now() - began);
  }
  expect(waits[1]).toBeLessThan((waits[0] ?? 0) / 2);
  expect(asked).toBe(1);
  watch.close();
  expect(given?.aborted).toBe(true);
});

test('a slow answer comes with the next reading, though that begins a question of its own', async () => {
  const answers: ((answer: number) => void)[] = [];
  const watch = new Poller(() => new Promise<number>((resolve) => answers.push(resolve)), 60);
  await expect(watch.poll()).rejects.toBeInstanceOf(LateAnswerError);
  answers[0]?.(1);
  await pause(0);
  expect(await watch.poll()).toBe(1);
  answers[1]?.(2);
  await pause(0);
  expect(await watch.poll()).toBe(2);
  expect(answers).toHaveLength(3);
});

test('an outage begins with the first reading that saw it, whatever is not known', () => {
  const outages = new OutageTracker();
  const at = (second: number) => new Date(second * 1000);
  expect(
    [true, false, undefined, false, undefined, true, true, undefined].map((isUp, index) =>
      outages.update(isUp, at(index)),
    ),
  ).toEqual([...Array(5).fill(undefined), { from: at(1), to: at(5), seconds: 4 }, undefined, undefined]);
});
