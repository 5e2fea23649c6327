import { expect, test } from 'vitest';
import { Poller, type PollerOptions } from '../../src/lib/poller.ts';
import { NoAnswerError } from '../../src/lib/with-timeout.ts';
import { stopClock } from '../helpers/clock.ts';

/** A poller whose questions the test answers, and whose time it turns on. */
function start(options: Partial<PollerOptions> = {}) {
  const clock = stopClock();
  const questions: { answer(value: number): void; fail(error: Error): void; signal: AbortSignal }[] = [];
  const poller = new Poller<number>(
    (signal) => new Promise((answer, fail) => questions.push({ answer, fail, signal })),
    { timeoutSeconds: 10, waitMs: 4000, waitOnceLateMs: 500, ...options },
  );
  /** What a poll comes to that waits for so many seconds. */
  const pollFor = async (seconds: number) => {
    const result = poller.poll().catch((error: Error) => error.message);
    await clock.waits(seconds);
    clock.turn(seconds);
    return result;
  };
  return { ...clock, poller, questions, pollFor };
}

test('a quick answer or error belongs to the current question', async () => {
  const { poller, questions, turn } = start();
  const first = poller.poll();
  turn(1);
  questions[0]?.answer(1);
  expect(await first).toEqual({ answer: 1, at: 1000, late: false });
  const second = poller.poll();
  questions[1]?.fail(new Error('no'));
  await expect(second).rejects.toThrow('no');
  const third = poller.pollCurrent();
  questions[2]?.answer(3);
  expect(await third).toBe(3);
  expect([questions.length, poller.pendingSeconds]).toEqual([3, undefined]);
});

test('an error that is thrown before anything is awaited is one like any other', async () => {
  stopClock();
  const poller = new Poller(
    () => {
      throw new Error('at once');
    },
    { timeoutSeconds: 1 },
  );
  for (let time = 0; time < 2; time += 1) await expect(poller.poll()).rejects.toThrow('at once');
});

test('a question without an answer is not repeated, delays later polls less, and is aborted', async () => {
  const { poller, questions, pollFor } = start();
  expect(await pollFor(4)).toBe('no answer yet');
  expect(poller.pendingSeconds).toBe(4);
  expect(await pollFor(0.5)).toBe('no answer yet');
  expect([questions.length, questions[0]?.signal.aborted]).toEqual([1, false]);
  poller.close();
  expect(questions[0]?.signal.aborted).toBe(true);
});

test('a question is aborted at its timeout', async () => {
  const poller = new Poller(
    (signal) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    { timeoutSeconds: 0.01 },
  );
  await expect(poller.poll()).rejects.toThrow('aborted');
});

test('while an answer is late, the one before is returned and said to be late, until the timeout', async () => {
  const { poller, questions, pollFor, turn } = start();
  const first = poller.poll();
  questions[0]?.answer(1);
  await first;
  expect(await pollFor(4)).toEqual({ answer: 1, at: 0, late: true });
  expect(await pollFor(0.5)).toEqual({ answer: 1, at: 0, late: true });
  turn(5.5);
  expect(await pollFor(0.5)).toBe('no answer yet');
  questions[1]?.answer(2);
  await new Promise((resolve) => setImmediate(resolve));
  // It comes with the next poll, which asks again and is answered too late.
  expect(await pollFor(0.5)).toEqual({ answer: 2, at: 10_500, late: false });
  expect(await pollFor(0.5)).toEqual({ answer: 2, at: 10_500, late: true });
  expect(questions).toHaveLength(3);
});

test('who needs a current answer is told that it is late', async () => {
  const { poller, questions, waits, turn } = start();
  const first = poller.pollCurrent();
  questions[0]?.answer(1);
  expect(await first).toBe(1);
  const second = poller.pollCurrent();
  await waits(4);
  turn(4);
  await expect(second).rejects.toBeInstanceOf(NoAnswerError);
  questions[1]?.answer(2);
  const third = poller.pollCurrent();
  await new Promise((resolve) => setImmediate(resolve));
  turn(0.5);
  expect(await third).toBe(2);
});

test('an error stays while the next answer is late', async () => {
  const { poller, questions, pollFor } = start();
  const first = poller.poll();
  questions[0]?.fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  expect(await pollFor(4)).toBe('no');
});

test('the pauses after failures grow, repeat the error without a question, and end with an answer or by the user', async () => {
  const { poller, questions, turn } = start({
    pauseSeconds: (failures, error) => ((error as Error).message === 'uncounted' ? undefined : 60 * (failures - 1)),
  });
  const ask = async (outcome: Error | number) => {
    const result = poller.poll().then(
      ({ answer }) => answer,
      (error: Error) => error.message,
    );
    const question = questions.at(-1);
    if (typeof outcome === 'number') question?.answer(outcome);
    else question?.fail(outcome);
    return result;
  };
  const repeated = async () => {
    const asked = questions.length;
    await expect(poller.poll()).rejects.toThrow('broken');
    expect(questions).toHaveLength(asked);
  };
  const broken = new Error('broken');
  expect(await ask(broken)).toBe('broken');
  expect(await ask(new Error('uncounted'))).toBe('uncounted');
  expect([await ask(broken), poller.failures]).toEqual(['broken', 2]);
  await repeated();
  turn(59);
  await repeated();
  turn(1);
  expect([await ask(broken), poller.failures]).toEqual(['broken', 3]);
  turn(119);
  await repeated();
  poller.endPause();
  expect(await ask(broken)).toBe('broken');
  turn(180);
  expect([await ask(7), poller.failures]).toEqual([7, 0]);
  expect(await ask(broken)).toBe('broken');
  expect(await ask(8)).toBe(8);
});
