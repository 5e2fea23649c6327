import { createHook } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { callKernelOrChildProcess } from '../../src/lib/kernel-call.ts';
import { stopClock } from '../helpers/clock.ts';
import { until } from '../helpers/until.ts';

/** Calls that are made in this process, which the test answers. */
function start() {
  const made: { name: string; answer(value: string): void; fail(error: Error): void }[] = [];
  const call = (name: string) =>
    callKernelOrChildProcess(
      () => new Promise<string>((answer, fail) => made.push({ name, answer, fail })),
      async () => `${name} by a child`,
    );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { made, call, settle };
}

test('calls are made one after the other, also after an error', async () => {
  const { made, call, settle } = start();
  const answers = ['a', 'b', 'c'].map(call);
  await settle();
  expect(made.map(({ name }) => name)).toEqual(['a']);
  made[0]?.answer('first');
  await settle();
  expect(made.map(({ name }) => name)).toEqual(['a', 'b']);
  made[1]?.fail(new Error('EIO'));
  await expect(answers[1]).rejects.toThrow('EIO');
  await settle();
  made[2]?.answer('third');
  expect([await answers[0], await answers[2]]).toEqual(['first', 'third']);
});

test('a call that is answered soon is waited for', async () => {
  const { turn, waits } = stopClock();
  const { made, call, settle } = start();
  const [first, second] = [call('a'), call('b')];
  for (let pauses = 0; pauses < 4; pauses += 1) {
    await waits(0.02);
    turn(0.02);
  }
  await waits(0.02);
  made[0]?.answer('a itself');
  await settle();
  made[1]?.answer('b itself');
  expect([await first, await second]).toEqual(['a itself', 'b itself']);
});

test('an answer that this process was too busy to look at is no silence', async () => {
  const { turn, waits } = stopClock();
  const { made, call, settle } = start();
  const [first, second] = [call('a'), call('b')];
  await waits(0.02);
  turn(10);
  await settle();
  made[0]?.answer('a itself');
  await settle();
  made[1]?.answer('b itself');
  expect([await first, await second]).toEqual(['a itself', 'b itself']);
});

test('once it is answered, nobody needs a child process any longer', async () => {
  const { made, call, settle } = start();
  const stuck = call('stuck');
  await call('a');
  const running: (() => void)[] = [];
  const more = Array.from({ length: 20 }, () =>
    callKernelOrChildProcess(
      async () => 'itself',
      () => new Promise<string>((resolve) => running.push(() => resolve('by a child'))),
    ),
  );
  await until('the child processes run', () => running.length === 16);
  made[0]?.answer('late');
  expect(await stuck).toBe('late');
  for (const answer of running) answer();
  expect((await Promise.all(more)).filter((answer) => answer === 'itself')).toHaveLength(4);
  await settle();
});

test('while one is not answered, the others are made by child processes; then in this process again', async () => {
  const { made, call, settle } = start();
  const stuck = call('stuck');
  expect(await call('a')).toBe('a by a child');
  expect(await Promise.all(['b', 'c'].map(call))).toEqual(['b by a child', 'c by a child']);
  expect(made).toHaveLength(1);
  made[0]?.answer('late');
  expect(await stuck).toBe('late');
  const next = call('d');
  await settle();
  made[1]?.answer('d itself');
  expect(await next).toBe('d itself');
});

test('not all calls have a child process at once', async () => {
  const { made, call } = start();
  const stuck = call('stuck');
  await call('a');
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const inChildProcess = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
    return 'by a child';
  };
  const answers = Promise.all(
    Array.from({ length: 100 }, () => callKernelOrChildProcess(async () => 'itself', inChildProcess)),
  );
  for (let ended = 0; ended < 100; ended += 1) {
    await until('as many run as may, or are left', () => running === Math.min(16, 100 - ended));
    ends[ended]?.();
  }
  expect(new Set(await answers)).toEqual(new Set(['by a child']));
  expect(most).toBe(16);
  made[0]?.answer('late');
  await stuck;
});

/** Promises that so many calls at once make. */
async function promisesOf(count: number): Promise<number> {
  let promises = 0;
  const hook = createHook({ init: (_, type) => (promises += type === 'PROMISE' ? 1 : 0) }).enable();
  const answers = Array.from({ length: count }, () =>
    callKernelOrChildProcess(
      async () => 'itself',
      async () => 'by a child',
    ),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['itself']));
  hook.disable();
  return promises;
}

test('the work of many calls grows no faster than their number', async () => {
  const few = await promisesOf(100);
  expect(await promisesOf(1000)).toBeLessThan(12 * few);
});
