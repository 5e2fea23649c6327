import { expect, test } from 'vitest';
import { startCollectorReading } from '../../src/loop/collector-reading.ts';
import { device, probe } from '../helpers/sample-collector.ts';

const run = (collector: ReturnType<typeof probe>) =>
  startCollectorReading(collector, collector.open({}, {} as never) as never);

test('a reading becomes an outcome with its time and length', async () => {
  const outcome = await run(probe(async () => [{ table: 'thing', device, reading: { level: 1 } }])).outcome;
  expect(outcome).toMatchObject({ ok: true, observations: [{ table: 'thing', reading: { level: 1 } }] });
  expect(outcome.seconds).toBeGreaterThanOrEqual(0);
});

test.each([
  [
    'thrown at once',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejected later', async () => Promise.reject(new Error('broken'))],
])('an error %s becomes a failed outcome', async (_, read) => {
  expect(await run(probe(read as never)).outcome).toMatchObject({ ok: false, error: 'broken' });
});

test('an error includes its causes', async () => {
  const failing = probe(async () => {
    throw new Error('nvme list', { cause: new Error('timed out') });
  });
  expect(await run(failing).outcome).toMatchObject({ error: 'nvme list: timed out' });
});

test('a reading that hangs times out, and is known to be still running', async () => {
  let finish = () => {};
  const hanging = {
    ...probe(
      () =>
        new Promise((resolve) => {
          finish = () => resolve([]);
        }),
    ),
    timeoutSeconds: 0.05,
  };
  const { outcome, done } = run(hanging);
  let over = false;
  void done.then(() => {
    over = true;
  });
  expect(await outcome).toMatchObject({ ok: false, error: 'timed out after 0.05 s' });
  expect(over).toBe(false);
  finish();
  await done;
  expect(over).toBe(true);
});

test('the signal of a reading is aborted', async () => {
  const polite = {
    ...probe((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))),
    timeoutSeconds: 0.05,
  };
  const { outcome, done } = run(polite);
  expect(await outcome).toMatchObject({ ok: false });
  await done;
});
