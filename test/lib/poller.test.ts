import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OutageTracker } from '../../src/collectors/router/router-events.ts';
import { LateAnswerError, NonOverlappingPoller } from '../../src/lib/poller.ts';

test('a quick answer or error belongs to the current reading', async () => {
  let count = 0;
  const poller = new NonOverlappingPoller(async () => {
    count += 1;
    if (count === 2) throw new Error('no');
    return count;
  }, 5);
  expect(await poller.poll()).toBe(1);
  await expect(poller.poll()).rejects.toThrow('no');
  expect(await poller.poll()).toBe(3);
});

test('a request that hangs is not repeated, delays later readings less, and is aborted', async () => {
  let requests = 0;
  let passedSignal: AbortSignal | undefined;
  const poller = new NonOverlappingPoller((signal) => {
    requests += 1;
    passedSignal = signal;
    return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }, 6);
  const waits: number[] = [];
  for (let reading = 0; reading < 2; reading += 1) {
    const began = performance.now();
    await expect(poller.poll()).rejects.toBeInstanceOf(LateAnswerError);
    waits.push(performance.now() - began);
  }
  expect(waits[1]).toBeLessThan((waits[0] ?? 0) / 2);
  expect(requests).toBe(1);
  poller.close();
  expect(passedSignal?.aborted).toBe(true);
});

test('a slow answer comes with the next reading, which makes a new request', async () => {
  const answers: ((answer: number) => void)[] = [];
  const poller = new NonOverlappingPoller(() => new Promise<number>((resolve) => answers.push(resolve)), 60);
  await expect(poller.poll()).rejects.toBeInstanceOf(LateAnswerError);
  answers[0]?.(1);
  await pause(0);
  expect(await poller.poll()).toBe(1);
  answers[1]?.(2);
  await pause(0);
  expect(await poller.poll()).toBe(2);
  expect(answers).toHaveLength(3);
});

test('an outage begins with the first reading that saw it; unknown readings change nothing', () => {
  const clock = { wall: 0, monotonic: 5000 };
  const outages = new OutageTracker(() => clock);
  const at = (second: number) => new Date(second * 1000);
  const look = (isUp: boolean | undefined, second: number, jump = 0) => {
    Object.assign(clock, { wall: second * 1000 + jump, monotonic: 5000 + second * 1000 });
    return outages.update(isUp);
  };
  expect(
    [true, false, undefined, false, undefined, true, true, undefined].map((isUp, index) => look(isUp, index)),
  ).toEqual([...Array(5).fill(undefined), { from: at(1), to: at(5), seconds: 4 }, undefined, undefined]);
  // The clock is set meanwhile, 56 years ahead.
  const jump = Date.parse('2026-01-01T00:00:00Z');
  expect(look(false, 100)).toBeUndefined();
  expect(look(true, 160, jump)).toEqual({
    from: new Date(jump + 100_000),
    to: new Date(jump + 160_000),
    seconds: 60,
  });
});
