import { expect, onTestFinished, test } from 'vitest';
import { Loop } from '../../src/loop/schedule.ts';
import { Records } from '../../src/loop/state.ts';
import { device, probe } from '../helpers/situation.ts';
import { until } from '../helpers/until.ts';

function start(read: () => Promise<never[]> | Promise<{ of: 'thing'; device: typeof device; reading: object }[]>, limit = 10) {
  const collector = { ...probe(read as never), limit };
  const records = new Records('');
  records.add(collector);
  const told = { recorded: 0, skipped: 0 };
  const loop = new Loop(records, { recorded: () => void told.recorded++, skipped: () => void told.skipped++ });
  onTestFinished(() => loop.stop());
  const first = loop.start([{ collector, source: { read } as never, schedule: '* * * * * *' }]);
  return { records, told, first };
}

test('reads at once, then by the schedule, and says when next', async () => {
  const { records, told, first } = start(async () => [{ of: 'thing', device, reading: { level: 1 } }]);
  await first;
  expect(told.recorded).toBe(1);
  expect(records.collectors.get('probe')?.nextRun?.getTime()).toBeGreaterThan(Date.now() - 1000);
  await until('the second reading', () => told.recorded >= 2, 4);
});

test('a reading that hangs is never doubled: its ticks are skipped and counted, and it goes on when it is over', async () => {
  let finish = () => {};
  let reads = 0;
  const hanging = () =>
    new Promise<never[]>((resolve) => {
      reads += 1;
      finish = () => resolve([]);
    });
  const { records, told, first } = start(hanging, 0.1);
  await first;
  expect(records.collectors.get('probe')?.error).toBe('timed out after 0.1 s');
  await until('two skipped ticks', () => told.skipped >= 2, 5);
  expect(reads).toBe(1);
  expect(records.collectors.get('probe')?.skippedTicks).toBe(told.skipped);
  finish();
  await until('the next reading', () => reads === 2, 4);
  finish();
});
