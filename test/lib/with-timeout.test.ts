import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { NoAnswerError, withTimeout } from '../../src/lib/with-timeout.ts';

function channel() {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return { port: port2, answer: once(port1, 'message') };
}

test('what does not answer in time is told by its name, or in words of its own', async () => {
  const { answer } = channel();
  const error = await withTimeout(200, answer, 'DNS').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NoAnswerError);
  expect(error).toMatchObject({ message: 'DNS: no answer in 0.2 s' });
  await expect(withTimeout(1, answer, () => 'the disk is silent')).rejects.toThrow('the disk is silent');
});

test('an answer that has come while this process had no processor time counts', async () => {
  const { port, answer } = channel();
  // After this phase of the event loop come timers, then messages.
  await new Promise(setImmediate);
  const answered = withTimeout(1, answer, 'DNS');
  port.postMessage('192.0.2.1');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  expect(await answered).toEqual(['192.0.2.1']);
});
