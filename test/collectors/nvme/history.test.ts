import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type History, parseHistory, wearPerMonth, withSample, wornOut, writtenPerDay } from '../../../src/collectors/nvme/history.ts';

const day = 24 * 3600 * 1000;
const start = Date.parse('2026-01-01T12:00:00Z');
const at = (days: number) => new Date(start + days * day);
/** 1 GB in data units of 512,000 bytes, near enough to be whole. */
const GB = 1953n;

/** What is known after these days, of a drive that wears and is written at a steady pace. */
function after(
  days: number,
  pace: { percentPerMonth: number; GBPerDay: bigint; from?: number },
): { history: History; now: Date; percentageUsed: number; dataUnitsWritten: bigint } {
  const wear = (passed: number) => ({
    percentageUsed: Math.floor((pace.from ?? 5.5) + (pace.percentPerMonth * passed) / 30),
    dataUnitsWritten: 1000n * GB + (BigInt(Math.round(passed * 24)) * pace.GBPerDay * GB) / 24n,
  });
  let history: History = parseHistory(undefined);
  for (let hour = 0; hour <= days * 24; hour += 1) history = withSample(history, at(hour / 24), wear(hour / 24));
  return { history, now: at(days), ...wear(days) };
}

test('one sample a day, however often it is looked at', () => {
  const { history } = after(3, { percentPerMonth: 1, GBPerDay: 10n });
  expect(history.samples.map(({ at }) => at.slice(0, 10))).toEqual(['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04']);
});

test('bounded: days for a month, then weeks for two years, then nothing', () => {
  const { history } = after(1500, { percentPerMonth: 1, GBPerDay: 10n });
  expect(history.samples.length).toBeLessThanOrEqual(30 + 104);
  expect(JSON.stringify(history).length).toBeLessThan(14_000);
  expect(Date.parse(history.samples[0]?.at ?? '')).toBeGreaterThan(at(1500 - 31 - 105 * 7).getTime());
});

test('written per day: unknown in the first day, then the mean of the last week', () => {
  const early = after(0.9, { percentPerMonth: 1, GBPerDay: 10n });
  expect(writtenPerDay(early.history, early.now, early.dataUnitsWritten)).toBeUndefined();
  for (const days of [1, 3, 20]) {
    const { history, now, dataUnitsWritten } = after(days, { percentPerMonth: 1, GBPerDay: 10n });
    expect((writtenPerDay(history, now, dataUnitsWritten) ?? 0) / 1e9).toBeCloseTo(10, 1);
  }
});

test('wear per month and its end: unknown until two whole percents have gone by, then right', () => {
  const early = after(40, { percentPerMonth: 1, GBPerDay: 1n });
  expect(wearPerMonth(early.history, early.now, early.percentageUsed)).toBeUndefined();
  const { history, now, percentageUsed } = after(300, { percentPerMonth: 1, GBPerDay: 1n });
  const perMonth = wearPerMonth(history, now, percentageUsed);
  expect(perMonth).toBeGreaterThan(0.9);
  expect(perMonth).toBeLessThan(1.1);
  const months = ((wornOut(now, percentageUsed, perMonth)?.getTime() ?? 0) - now.getTime()) / day / 30;
  expect(months).toBeGreaterThan(75);
  expect(months).toBeLessThan(95);
});

test('two percents in a day are not yet a pace', () => {
  const { history, now, percentageUsed } = after(1, { percentPerMonth: 90, GBPerDay: 1n });
  expect(wearPerMonth(history, now, percentageUsed)).toBeUndefined();
});

test('no date for a drive that is worn out, or that would outlive its owner', () => {
  expect(wornOut(at(0), 100, 1)).toBeUndefined();
  expect(wornOut(at(0), 1, 0.01)).toBeUndefined();
  expect(wornOut(at(0), 50, undefined)).toBeUndefined();
});

test('a counter that fell, and a clock that was ahead, are left behind', () => {
  const { history } = after(10, { percentPerMonth: 30, GBPerDay: 10n });
  const anew = withSample(history, at(11), { percentageUsed: 0, dataUnitsWritten: 5n });
  expect(anew.samples).toEqual([{ at: at(11).toISOString(), percentage_used: 0, data_units_written: '5' }]);
  const ahead = withSample({ samples: [{ at: at(400).toISOString(), percentage_used: 1 }] }, at(0), { percentageUsed: 1 });
  expect(ahead.samples.map(({ at }) => at)).toEqual([at(0).toISOString()]);
});

test('what is kept is read again, and what is no history is a new beginning', () => {
  const { history } = after(40, { percentPerMonth: 3, GBPerDay: 7n });
  const kept = { ...history, media_errors_acknowledged: '340282366920938463463374607431768211455' };
  expect(parseHistory(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  fc.assert(fc.property(fc.jsonValue(), (content) => Array.isArray(parseHistory(content).samples)));
  expect(parseHistory({ samples: [{ at: 'yesterday' }] })).toEqual({ samples: [] });
});

test('nothing new: the same object', () => {
  const { history } = after(2, { percentPerMonth: 1, GBPerDay: 1n });
  expect(withSample(history, at(2.01), { percentageUsed: 90, dataUnitsWritten: 10n ** 20n })).toBe(history);
});
