import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acknowledgeFirstMediaErrors,
  addDailyWearSample,
  bytesWrittenPerDay,
  type DriveHistory,
  driveHistoryMemoryFormat,
  driveHistorySinceCounterReset,
  driveHistoryWithResetEvidence,
  estimateWornOutDate,
  greatestStoredCounters,
  isClockPlausible,
  parseCounterResetEvidence,
  parseDriveHistoryOrEmpty,
  wearPercentPerMonth,
} from '../../../../src/collectors/storage/nvme/drive-history.ts';

const day = 24 * 3600 * 1000;
const hour = 3600 * 1000;
const start = Date.parse('2026-01-01T12:00:00Z');
const at = (days: number) => new Date(start + days * day);
/** 1 GB in data units of 512,000 bytes, near enough to be whole. */
const GB = 1953n;

/** What is known after these days, of a drive that wears and is written at a steady pace. */
function after(
  days: number,
  pace: { percentPerMonth: number; GBPerDay: bigint; from?: number },
): { history: DriveHistory; now: Date; percentageUsed: number; dataUnitsWritten: bigint } {
  const wear = (passed: number) => ({
    percentageUsed: Math.floor((pace.from ?? 5.5) + (pace.percentPerMonth * passed) / 30),
    dataUnitsWritten: 1000n * GB + (BigInt(Math.round(passed * 24)) * pace.GBPerDay * GB) / 24n,
  });
  let history: DriveHistory = parseDriveHistoryOrEmpty(undefined);
  for (let quarter = 0; quarter <= days * 4; quarter += 1) {
    const { percentageUsed, dataUnitsWritten } = wear(quarter / 4);
    history = addDailyWearSample(history, at(quarter / 4), hour, {
      percentageUsed: BigInt(percentageUsed),
      dataUnitsWritten,
    });
  }
  return { history, now: at(days), ...wear(days) };
}

test('one sample a day, however many readings', () => {
  const { history } = after(3, { percentPerMonth: 1, GBPerDay: 10n });
  expect(history.samples.map(({ at }) => at.slice(0, 10))).toEqual([
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
    '2026-01-04',
  ]);
});

test('the history is bounded: daily for a month, weekly for two years', () => {
  const { history } = after(1500, { percentPerMonth: 1, GBPerDay: 10n });
  expect(history.samples.length).toBeLessThanOrEqual(30 + 104);
  expect(JSON.stringify(history).length).toBeLessThan(14_000);
  expect(Date.parse(history.samples[0]?.at ?? '')).toBeGreaterThan(at(1500 - 31 - 105 * 7).getTime());
});

test('written per day: unknown on the first day, then the mean of the last week', () => {
  const early = after(0.9, { percentPerMonth: 1, GBPerDay: 10n });
  expect(bytesWrittenPerDay(early.history, early.now, early.dataUnitsWritten)).toBeUndefined();
  for (const days of [1, 3, 20]) {
    const { history, now, dataUnitsWritten } = after(days, { percentPerMonth: 1, GBPerDay: 10n });
    expect((bytesWrittenPerDay(history, now, dataUnitsWritten) ?? 0) / 1e9).toBeCloseTo(10, 1);
  }
});

test('wear per month and date of wear-out: unknown until the wear has risen by two percent', () => {
  const early = after(40, { percentPerMonth: 1, GBPerDay: 1n });
  expect(wearPercentPerMonth(early.history, early.now, early.percentageUsed)).toBeUndefined();
  const { history, now, percentageUsed } = after(300, { percentPerMonth: 1, GBPerDay: 1n });
  const perMonth = wearPercentPerMonth(history, now, percentageUsed);
  expect(perMonth).toBeGreaterThan(0.9);
  expect(perMonth).toBeLessThan(1.1);
  const months = ((estimateWornOutDate(now, percentageUsed, perMonth)?.getTime() ?? 0) - now.getTime()) / day / 30;
  expect(months).toBeGreaterThan(75);
  expect(months).toBeLessThan(95);
});

test('two percent within a day are not enough for a rate', () => {
  const { history, now, percentageUsed } = after(1, { percentPerMonth: 90, GBPerDay: 1n });
  expect(wearPercentPerMonth(history, now, percentageUsed)).toBeUndefined();
});

test('no date for a drive that is worn out or would last more than 30 years', () => {
  expect(estimateWornOutDate(at(0), 100, 1)).toBeUndefined();
  expect(estimateWornOutDate(at(0), 1, 0.01)).toBeUndefined();
  expect(estimateWornOutDate(at(0), 50, undefined)).toBeUndefined();
});

test('written per day: mean of the last seven days at most, after one whole day', () => {
  const history: DriveHistory = {
    samples: [
      [-8, '0'],
      [-7, '7000'],
      [-1, '13000'],
    ].map(([days, units]) => ({ at: at(Number(days)).toISOString(), data_units_written: String(units) })),
  };
  expect(bytesWrittenPerDay(history, at(0), 14_000n)).toBe(1000 * 512_000);
  const young: DriveHistory = { samples: [{ at: at(0).toISOString(), data_units_written: '0' }] };
  expect(bytesWrittenPerDay(young, new Date(at(1).getTime() - 1), 1000n)).toBeUndefined();
  expect(bytesWrittenPerDay(young, at(1), 1000n)).toBe(512_000_000);
});

test('wear per month is the slope of a regression line, after two percent and a week', () => {
  const line: DriveHistory = {
    samples: [0, 3, 6, 9].map((days) => ({ at: at(days).toISOString(), percentage_used: 10 + days / 3 })),
  };
  expect(wearPercentPerMonth(line, at(12), 14)).toBeCloseTo(10, 6);
  const short: DriveHistory = { samples: [{ at: at(0).toISOString(), percentage_used: 10 }] };
  expect(wearPercentPerMonth(short, at(6.9), 12)).toBeUndefined();
  expect(wearPercentPerMonth(short, at(7), 12)).toBeCloseTo((2 * 30) / 7, 6);
  expect(wearPercentPerMonth(short, at(7), 11)).toBeUndefined();
  expect(wearPercentPerMonth({ samples: [] }, at(7), 11)).toBeUndefined();
});

test('worn out: when the remaining wear is reached at this rate, up to 30 years', () => {
  expect(estimateWornOutDate(at(0), 40, 2)).toEqual(at(900));
  expect(estimateWornOutDate(at(0), 99, 1)).toEqual(at(30));
  expect(estimateWornOutDate(at(0), 28, 0.2)).toEqual(at(360 * 30));
  expect(estimateWornOutDate(at(0), 27, 0.2)).toBeUndefined();
  expect(estimateWornOutDate(at(0), undefined, 1)).toBeUndefined();
  expect(estimateWornOutDate(at(0), 120, 1)).toBeUndefined();
});

/** One look a day, at noon, for so many days. */
const month = (days = 30): DriveHistory => ({
  media_errors_acknowledged: '3',
  samples: Array.from({ length: days }, (_, index) => ({
    at: at(index - days).toISOString(),
    percentage_used: 12,
    data_units_written: '700',
  })),
});
const wear = { percentageUsed: 12n, dataUnitsWritten: 700n };

test('with a clock that has not been set, no sample is added and nothing is estimated', () => {
  const history = month();
  for (const now of [new Date('1970-01-01T00:00:30Z'), at(-20), at(-1.1)]) {
    for (const steady of [0, hour, 23 * hour]) expect(addDailyWearSample(history, now, steady, wear)).toBe(history);
    expect(isClockPlausible(history, now)).toBe(false);
  }
  expect(addDailyWearSample({ samples: [] }, new Date('1970-01-01T00:00:30Z'), 30 * day, wear)).toEqual({
    samples: [],
  });
  // Years ahead, until it has run for long enough to have been set.
  expect(addDailyWearSample(history, at(7300), 5 * 60_000, wear)).toBe(history);
  expect(isClockPlausible(history, at(0))).toBe(true);
});

test('a sample from a clock that was ahead removes no other, and is dropped after a day with a steady clock', () => {
  const history = month();
  const ahead = addDailyWearSample(history, at(7300), hour, wear);
  expect(ahead.samples.slice(0, -1)).toEqual(history.samples);
  expect(addDailyWearSample(ahead, at(0), 23 * hour, wear)).toBe(ahead);
  const mended = addDailyWearSample(ahead, at(1), day, wear);
  expect(mended).toEqual(history);
  expect(addDailyWearSample(mended, at(1), day, wear).samples.slice(0, -1)).toEqual(history.samples);
});

test('a clock that is set back on a day that has a sample changes nothing', () => {
  const history = addDailyWearSample(month(), at(0), hour, wear);
  expect(addDailyWearSample(history, at(-0.2), hour, wear)).toBe(history);
  expect(addDailyWearSample(history, at(0.2), hour, wear)).toBe(history);
  expect(history.media_errors_acknowledged).toBe('3');
});

test('missing counters, as without a health log, lose no history', () => {
  const history = month();
  expect(addDailyWearSample(history, at(0), hour, {})).toBe(history);
  const half = addDailyWearSample(history, at(0), hour, { percentageUsed: 12n });
  expect(half.samples).toEqual([...history.samples, { at: at(0).toISOString(), percentage_used: 12 }]);
  const whole = addDailyWearSample(half, at(1), hour, wear);
  expect(whole.samples.length).toBe(32);
  expect(bytesWrittenPerDay(half, at(1), undefined)).toBeUndefined();
  expect(driveHistorySinceCounterReset(half, { dataUnitsWritten: 5n }).samples).toEqual([
    { at: at(0).toISOString(), percentage_used: 12 },
  ]);
  expect(greatestStoredCounters(half)).toEqual({ mediaErrors: 3n, percentageUsed: 12n, dataUnitsWritten: 700n });
});

test('a counter that was reset loses its own past only', () => {
  expect(driveHistorySinceCounterReset(month(), { percentageUsed: 0n }).samples).toEqual([]);
  expect(driveHistorySinceCounterReset(month(), { mediaErrors: 1n })).toEqual({
    ...month(),
    media_errors_acknowledged: '1',
  });
  const history = month();
  expect(driveHistorySinceCounterReset(history, { percentageUsed: 12n })).toBe(history);
});

test('only the first count of media errors is acknowledged automatically', () => {
  expect(acknowledgeFirstMediaErrors({ samples: [] }, { mediaErrors: 3n })).toEqual({
    media_errors_acknowledged: '3',
    samples: [],
  });
  const history = month();
  for (const mediaErrors of [0n, 7n, undefined])
    expect(acknowledgeFirstMediaErrors(history, mediaErrors === undefined ? {} : { mediaErrors })).toBe(history);
});

test('two brokers: the days of both and the higher acknowledged count, in any order and any number of times', () => {
  const whole = month(40);
  const some: DriveHistory = {
    media_errors_acknowledged: '5',
    samples: whole.samples.filter((_, index) => index % 3 === 0),
  };
  const others: DriveHistory = { samples: whole.samples.filter((_, index) => index % 3 !== 0) };
  expect(driveHistoryMemoryFormat.merge(some, others)).toEqual({ ...whole, media_errors_acknowledged: '5' });
  expect(driveHistoryMemoryFormat.merge(others, some)).toEqual({ ...whole, media_errors_acknowledged: '5' });
  expect(driveHistoryMemoryFormat.merge(whole, whole)).toEqual(whole);
  expect(driveHistoryMemoryFormat.merge({ samples: [] }, whole)).toEqual(whole);
  expect(driveHistoryMemoryFormat.merge({ samples: [] }, { samples: [] })).toEqual({ samples: [] });
  // One day from two looks, each with what the other lacks.
  const early = { at: at(0).toISOString(), percentage_used: 3 };
  const late = { at: at(0.3).toISOString(), data_units_written: '9' };
  expect(driveHistoryMemoryFormat.merge({ samples: [late] }, { samples: [early] }).samples).toEqual([
    { ...early, data_units_written: '9' },
  ]);
});

test('a stored history is read back; invalid content gives an empty history', () => {
  const { history } = after(40, { percentPerMonth: 3, GBPerDay: 7n });
  const kept = { ...history, media_errors_acknowledged: '340282366920938463463374607431768211455' };
  expect(parseDriveHistoryOrEmpty(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  fc.assert(fc.property(fc.jsonValue(), (content) => Array.isArray(parseDriveHistoryOrEmpty(content).samples)));
  expect(parseDriveHistoryOrEmpty({ samples: [{ at: 'yesterday' }, ...history.samples] })).toEqual({
    samples: history.samples,
  });
  expect(parseDriveHistoryOrEmpty({ samples: history.samples, media_errors_acknowledged: -1 })).toEqual({
    samples: history.samples,
  });
  expect(driveHistoryMemoryFormat.parse({ version: 2, days: {} })).toBeUndefined();
});

test('without changes, the same object is returned', () => {
  const { history } = after(2, { percentPerMonth: 1, GBPerDay: 1n });
  expect(addDailyWearSample(history, at(2.01), hour, { percentageUsed: 90n, dataUnitsWritten: 10n ** 20n })).toBe(
    history,
  );
});

test('lower counts are kept, merged by counter, and dropped if invalid', () => {
  const lower = { mediaErrors: { from: 0n, count: 2n ** 100n, readings: 5, seconds: 300 } };
  const history = driveHistoryWithResetEvidence(month(), lower);
  const read = driveHistoryMemoryFormat.parse(JSON.parse(JSON.stringify(history)));
  expect(read).toEqual(history);
  expect(read && parseCounterResetEvidence(read)).toEqual(lower);
  expect(driveHistoryWithResetEvidence(history, lower)).toBe(history);
  expect(driveHistoryWithResetEvidence(history, {})).toEqual(month());
  const other = {
    mediaErrors: { from: 1n, count: 1n, readings: 9, seconds: 900 },
    powerCycles: { from: 1n, count: 1n, readings: 1, seconds: 0 },
  };
  expect(
    parseCounterResetEvidence(driveHistoryMemoryFormat.merge(history, driveHistoryWithResetEvidence(month(), other))),
  ).toEqual({
    ...other,
    ...lower,
  });
  expect(driveHistoryMemoryFormat.merge(month(), history)).toEqual(history);
  for (const invalid of [
    1,
    { mediaErrors: { from: '-1', count: '0', readings: 1, seconds: 1 } },
    { mediaErrors: { from: '0', count: '0', readings: 1e300, seconds: 1 } },
    { other: {} },
  ])
    expect(driveHistoryMemoryFormat.parse({ ...month(), lower_counts: invalid })).toEqual(month());
});
