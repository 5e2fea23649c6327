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
  looksPerDay = 24,
): { history: History; now: Date; percentageUsed: number; dataUnitsWritten: bigint } {
  const wear = (passed: number) => ({
    percentageUsed: Math.floor((pace.from ?? 5.5) + (pace.percentPerMonth * passed) / 30),
    dataUnitsWritten: 1000n * GB + (BigInt(Math.round(passed * 24)) * pace.GBPerDay * GB) / 24n,
  });
  let history: History = parseHistory(undefined);
  for (let looks = 0; looks <= days * looksPerDay; looks += 1) history = withSample(history, at(looks / looksPerDay), wear(looks / looksPerDay));
  return { history, now: at(days), ...wear(days) };
}

test('one sample a day, however often it is looked at', () => {
  const { history } = after(3, { percentPerMonth: 1, GBPerDay: 10n });
  expect(history.samples.map(({ at }) => at.slice(0, 10))).toEqual(['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04']);
});

test('bounded: days for a month, then weeks for two years, then nothing', () => {
  const { history } = after(1500, { percentPerMonth: 1, GBPerDay: 10n }, 1);
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
  const { history, now, percentageUsed } = after(300, { percentPerMonth: 1, GBPerDay: 1n }, 1);
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

test('a fall on a day that has a sample keeps the acknowledged count, and begins the rest anew', () => {
  const before: History = {
    media_errors_acknowledged: '7',
    samples: [
      { at: at(-1).toISOString(), percentage_used: 5, data_units_written: '900' },
      { at: at(0).toISOString(), percentage_used: 5, data_units_written: '1000' },
    ],
  };
  const fallen = withSample(before, at(0.1), { percentageUsed: 5, dataUnitsWritten: 950n });
  expect(fallen.media_errors_acknowledged).toBe('7');
  expect(fallen.samples[0]).toEqual(before.samples[0]);
  expect(fallen.samples.every(({ data_units_written: units }) => BigInt(units ?? 0) <= 950n)).toBe(true);
  expect(parseHistory(JSON.parse(JSON.stringify(fallen)))).toEqual(fallen);

  const ahead: History = { media_errors_acknowledged: '7', samples: [...before.samples, { at: at(0.4).toISOString(), percentage_used: 5 }] };
  const set = withSample(ahead, at(0.2), { percentageUsed: 5, dataUnitsWritten: 1001n });
  expect(set.media_errors_acknowledged).toBe('7');
  expect(set.samples.every((sample) => Date.parse(sample.at) <= at(0.2).getTime())).toBe(true);
  expect(set.samples.slice(0, 2)).toEqual(before.samples);
});

test('equal counters are no fall, and each of the two may fall alone', () => {
  const before: History = { samples: [{ at: at(0).toISOString(), percentage_used: 5, data_units_written: '1000' }] };
  const kept = (wear: Parameters<typeof withSample>[2]) => withSample(before, at(1), wear).samples.length;
  expect(kept({ percentageUsed: 5, dataUnitsWritten: 1000n })).toBe(2);
  expect(kept({ percentageUsed: 4, dataUnitsWritten: 1000n })).toBe(1);
  expect(kept({ percentageUsed: 5, dataUnitsWritten: 999n })).toBe(1);
});

test('a source that no longer tells a counter keeps the history, and so does one that begins to', () => {
  const both: History = { media_errors_acknowledged: '7', samples: [{ at: at(0).toISOString(), percentage_used: 5, data_units_written: '1000' }] };
  const silent = withSample(both, at(1), { percentageUsed: 5 });
  expect(silent).toMatchObject({ ...both, samples: [...both.samples, { at: at(1).toISOString(), percentage_used: 5 }] });
  const less = withSample(silent, at(2), {});
  expect(less.samples.slice(0, 2)).toEqual(silent.samples);
  const again = withSample(less, at(3), { percentageUsed: 6, dataUnitsWritten: 1500n });
  expect(again.samples).toEqual([...less.samples, { at: at(3).toISOString(), percentage_used: 6, data_units_written: '1500' }]);
  expect(again.media_errors_acknowledged).toBe('7');
  expect(writtenPerDay(again, at(4), 1500n)).toBeCloseTo((500 * 512_000) / 4, 0);
  expect(writtenPerDay(again, at(4), undefined)).toBeUndefined();
  expect(wearPerMonth(again, at(8), 7)).toBeGreaterThan(0);
  expect(wearPerMonth(again, at(8), undefined)).toBeUndefined();
});

test('written per day: of the last seven days and no more, from one whole day on', () => {
  const history: History = {
    samples: [
      [-8, '0'],
      [-7, '7000'],
      [-1, '13000'],
    ].map(([days, units]) => ({ at: at(Number(days)).toISOString(), data_units_written: String(units) })),
  };
  expect(writtenPerDay(history, at(0), 14_000n)).toBe(1000 * 512_000);
  const young: History = { samples: [{ at: at(0).toISOString(), data_units_written: '0' }] };
  expect(writtenPerDay(young, new Date(at(1).getTime() - 1), 1000n)).toBeUndefined();
  expect(writtenPerDay(young, at(1), 1000n)).toBe(512_000_000);
});

test('wear per month is the slope of a straight line, from two percents and a week on', () => {
  const line: History = { samples: [0, 3, 6, 9].map((days) => ({ at: at(days).toISOString(), percentage_used: 10 + days / 3 })) };
  expect(wearPerMonth(line, at(12), 14)).toBeCloseTo(10, 6);
  const short: History = { samples: [{ at: at(0).toISOString(), percentage_used: 10 }] };
  expect(wearPerMonth(short, at(6.9), 12)).toBeUndefined();
  expect(wearPerMonth(short, at(7), 12)).toBeCloseTo((2 * 30) / 7, 6);
  expect(wearPerMonth(short, at(7), 11)).toBeUndefined();
  expect(wearPerMonth({ samples: [] }, at(7), 11)).toBeUndefined();
});

test('worn out: as far away as the rest takes at this pace, up to thirty years', () => {
  expect(wornOut(at(0), 40, 2)).toEqual(at(900));
  expect(wornOut(at(0), 99, 1)).toEqual(at(30));
  expect(wornOut(at(0), 28, 0.2)).toEqual(at(360 * 30));
  expect(wornOut(at(0), 27, 0.2)).toBeUndefined();
  expect(wornOut(at(0), undefined, 1)).toBeUndefined();
  expect(wornOut(at(0), 120, 1)).toBeUndefined();
});

test('kept one by one for thirty days, then the first of each week for 104 weeks', () => {
  let history: History = { samples: [] };
  for (let days = 0; days < 60; days += 1) history = withSample(history, at(days), { percentageUsed: 1 });
  const days = history.samples.map((sample) => Math.round((Date.parse(sample.at) - start) / day));
  expect(days.slice(-31)).toEqual(Array.from({ length: 31 }, (_, index) => 29 + index));
  const older = days.slice(0, -31);
  expect(older.slice(1).map((one, index) => one - (older[index] ?? 0))).toEqual([expect.any(Number), ...older.slice(2).map(() => 7)]);
  expect(older[0]).toBe(0);
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
