import { expect, onTestFinished, test } from 'vitest';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { Scheduler } from '../../src/loop/scheduler.ts';
import { device, probe } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

function start(
  read: () => Promise<never[]> | Promise<{ table: 'thing'; device: typeof device; reading: object }[]>,
  timeoutSeconds = 10,
) {
  const collector = { ...probe(read as never), timeoutSeconds };
  const records = new MutableAgentState('');
  records.add(collector);
  const calls = { recorded: 0, skipped: 0 };
  const loop = new Scheduler(records, { recorded: () => void calls.recorded++, skipped: () => void calls.skipped++ });
  onTestFinished(() => loop.stop());
  const first = loop.start([
    { collector, source: { read } as never, memory: { ready: Promise.resolve() }, schedule: '* * * * * *' },
  ]);
  return { records, calls, first };
}

test('reads at once, then on schedule, and stores the next time', async () => {
  const { records, calls, first } = start(async () => [{ table: 'thing', device, reading: { level: 1 } }]);
  await first;
  expect(calls.recorded).toBe(1);
  expect(records.collectors.get('probe')?.nextRun?.getTime()).toBeGreaterThan(Date.now() - 1000);
  await until('the second reading', () => calls.recorded >= 2, 4);
});

test('a reading that hangs never runs twice: its ticks are skipped and counted until it has ended', async () => {
  let finish = () => {};
  let reads = 0;
  const hanging = () =>
    new Promise<never[]>((resolve) => {
      reads += 1;
      finish = () => resolve([]);
    });
  const { records, calls, first } = start(hanging, 0.1);
  await first;
  expect(records.collectors.get('probe')?.error).toBe('timed out after 0.1 s');
  await until('two skipped ticks', () => calls.skipped >= 2, 5);
  expect(reads).toBe(1);
  expect(records.collectors.get('probe')?.skippedTicks).toBe(calls.skipped);
  finish();
  await until('the next reading', () => reads === 2, 4);
  finish();
});
