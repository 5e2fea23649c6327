import { expect, test } from 'vitest';
import { readCollectorAndRecord } from '../../src/loop/collector-reading.ts';
import { device, probe, stateOf } from '../helpers/sample-collector.ts';

async function run(collector: ReturnType<typeof probe>, ready = Promise.resolve()) {
  const state = stateOf(collector);
  const source = (await collector.open({}, {} as never)) as never;
  const { recorded, done } = readCollectorAndRecord({ collector, source, memory: { ready } }, state);
  return { state, outcome: recorded.then(({ outcome }) => outcome), done };
}

test('a reading becomes an outcome with its time and length, and is recorded', async () => {
  const { outcome: pending, state } = await run(probe(async () => [{ table: 'thing', device, reading: { level: 1 } }]));
  const outcome = await pending;
  expect(state.collectors.get('probe')?.lastRun).toBe(outcome.at);
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
  expect(await (await run(probe(read as never))).outcome).toMatchObject({ ok: false, error: 'broken' });
});

test('an error includes its causes', async () => {
  const failing = probe(async () => {
    throw new Error('nvme list', { cause: new Error('timed out') });
  });
  expect(await (await run(failing)).outcome).toMatchObject({ error: 'nvme list: timed out' });
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
  const { outcome, done } = await run(hanging);
  let over = false;
  void done.then(() => {
    over = true;
  });
  expect(await outcome).toMatchObject({ ok: false, error: 'timed out after 0.05 s', timedOutAfter: 0.05 });
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
  const { outcome, done } = await run(polite);
  expect(await outcome).toMatchObject({ ok: false });
  await done;
});

test('the collector is asked when its memory is there', async () => {
  let load = () => {};
  let asked = false;
  const ready = new Promise<void>((resolve) => {
    load = resolve;
  });
  const { outcome } = await run(
    probe(async () => {
      asked = true;
      return [];
    }),
    ready,
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(false);
  load();
  expect(await outcome).toMatchObject({ ok: true });
});
