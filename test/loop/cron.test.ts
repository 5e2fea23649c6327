import { afterEach, describe, expect, test } from 'vitest';
import { CronExpression } from '../../src/loop/cron.ts';

const { TZ } = process.env;
afterEach(() => {
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

const secondMs = 1000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** An instant before each of the two clock changes of 2026. */
const zones: Record<string, [ahead: string, back: string] | []> = {
  'Europe/Berlin': ['2026-03-28T22:00Z', '2026-10-24T22:00Z'],
  'Europe/Lisbon': ['2026-03-28T22:00Z', '2026-10-24T22:00Z'],
  'Atlantic/Azores': ['2026-03-28T22:00Z', '2026-10-24T22:00Z'],
  'America/New_York': ['2026-03-08T04:00Z', '2026-11-01T03:00Z'],
  'America/St_Johns': ['2026-03-08T03:00Z', '2026-11-01T02:00Z'],
  'Australia/Lord_Howe': ['2026-10-03T12:00Z', '2026-04-04T12:00Z'],
  'Pacific/Chatham': ['2026-09-26T11:00Z', '2026-04-04T11:00Z'],
  'Africa/Casablanca': ['2026-03-22T00:00Z', '2026-02-14T23:00Z'],
  'Antarctica/Troll': ['2026-03-28T22:00Z', '2026-10-24T22:00Z'],
};
const nights = Object.entries(zones).flatMap(([zone, [ahead = '', back = '']]) => [
  { zone, change: 'ahead', from: new Date(ahead) },
  { zone, change: 'back', from: new Date(back) },
]);

function runs(schedule: string, from: Date, until: Date): Date[] {
  const cron = new CronExpression(schedule);
  const found: Date[] = [];
  for (let at = cron.next(from); at !== undefined && at <= until; at = cron.next(at)) found.push(at);
  return found;
}

/** Each tenth second of these hours whose local fields match. */
function fitting(fits: (at: Date) => boolean, from: Date, until: Date): Date[] {
  const found: Date[] = [];
  for (let at = from.getTime() + 10 * secondMs; at <= until.getTime(); at += 10 * secondMs)
    if (fits(new Date(at))) found.push(new Date(at));
  return found;
}

describe.each(nights)('$zone, clocks are set $change', ({ zone, change, from }) => {
  const until = new Date(from.getTime() + 7 * hourMs);

  test('is a night of 23 or 25 hours, or near that', () => {
    process.env.TZ = zone;
    const grown = until.getTimezoneOffset() - from.getTimezoneOffset();
    expect(Math.sign(grown)).toBe(change === 'back' ? 1 : -1);
  });

  test.each<[string, (at: Date) => boolean]>([
    ['*/10 * * * * *', (at) => at.getSeconds() % 10 === 0],
    ['0 */5 * * * *', (at) => at.getSeconds() === 0 && at.getMinutes() % 5 === 0],
    ['0 */7 * * * *', (at) => at.getSeconds() === 0 && at.getMinutes() % 7 === 0],
    ['30 15 * * * *', (at) => at.getSeconds() === 30 && at.getMinutes() === 15],
  ])('%s comes whenever it fits', (schedule, fits) => {
    process.env.TZ = zone;
    expect(runs(schedule, from, until)).toEqual(fitting(fits, from, until));
  });

  test('a schedule of consecutive hours, if not all day, runs in both', () => {
    process.env.TZ = zone;
    const times = [from, ...runs('*/30 * 0-5,7-23 * * *', from, until)].map((at) => at.getTime());
    expect(Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeLessThanOrEqual(
      hourMs + 30 * secondMs,
    );
  });

  test.each([
    '0 30 2 * * *',
    '0 0 2 * * *',
    '0 15 2 * * *',
    '0 30 1 * * *',
    '0 30 0 * * *',
    '0 0 3 * * *',
    '0 45 23 * * *',
  ])('%s comes once a day', (schedule) => {
    process.env.TZ = zone;
    const days = runs(schedule, new Date(from.getTime() - 3 * dayMs), new Date(from.getTime() + 3 * dayMs)).map((at) =>
      at.toDateString(),
    );
    expect(new Set(days).size).toBe(days.length);
    expect(days.length).toBeGreaterThanOrEqual(5);
  });

  test('the next time does not depend on the start', () => {
    process.env.TZ = zone;
    for (const schedule of ['0 */7 * * * *', '0 30 2 * * *', '0 30 1 * * *']) {
      const all = runs(schedule, from, new Date(from.getTime() + 3 * dayMs));
      for (let at = from.getTime(); at < until.getTime(); at += 601_300)
        expect(
          new CronExpression(schedule).next(new Date(at)),
          `${schedule} after ${new Date(at).toISOString()}`,
        ).toEqual(all.find((run) => run.getTime() > at));
    }
  });
});

describe('in Berlin', () => {
  const between = (schedule: string, from: string, until: string) => {
    process.env.TZ = 'Europe/Berlin';
    return runs(schedule, new Date(from), new Date(until)).map((at) => at.toISOString());
  };

  test('a time in the repeated hour runs the first time', () =>
    expect(between('0 30 2 * * *', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]));
  test('a skipped time runs right after the change', () =>
    expect(between('0 30 2 * * *', '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]));
  test('several skipped times of one hour run once', () =>
    expect(between('0 */20 2 * * *', '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual(['2026-03-29T01:00:00.000Z']));
  test('an hourly schedule runs in both hours', () =>
    expect(between('0 0 * * * *', '2026-10-24T23:30Z', '2026-10-25T02:30Z')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]));
  test('half a second before clocks are set ahead', () =>
    expect(between('0 30 2 * * *', '2026-03-29T00:59:59.500Z', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T01:00:00.000Z',
    ]));
});

test.each([
  ['0 0 12 * * 1', '2026-10-24T00:00Z', ['2026-10-26T11:00', '2026-11-02T11:00']],
  ['0 0 12 L * *', '2026-10-24T00:00Z', ['2026-10-31T11:00', '2026-11-30T11:00']],
  ['0 0 12 L-1 2 *', '2026-10-24T00:00Z', ['2027-02-27T11:00', '2028-02-28T11:00']],
  ['0 0 12 15W * *', '2026-08-01T00:00Z', ['2026-08-14T10:00', '2026-09-15T10:00']],
  ['0 0 12 * * 5L', '2026-10-24T00:00Z', ['2026-10-30T11:00', '2026-11-27T11:00']],
  ['0 0 12 * * 1#5', '2026-10-24T00:00Z', ['2026-11-30T11:00', '2027-03-29T10:00']],
  ['0 0 12 29 2 *', '2026-10-24T00:00Z', ['2028-02-29T11:00', '2032-02-29T11:00']],
  ['0 0 12 29 7 *', '2026-10-24T00:00Z', ['2027-07-29T10:00', '2028-07-29T10:00']],
  // 2100 has no 29 February.
  ['0 0 12 29 2 1', '2072-03-01T00:00Z', ['2112-02-29T11:00', '2140-02-29T11:00']],
  ['59,0 50-10/20 22-1 * 12-1 mon-fri', '2026-12-31T21:50Z', ['2026-12-31T21:50:59', '2026-12-31T22:10:00']],
])('%s', (schedule, from, times) => {
  process.env.TZ = 'Europe/Berlin';
  const cron = new CronExpression(schedule);
  const first = cron.next(new Date(from));
  const second = first && cron.next(first);
  expect([first, second]).toEqual(times.map((time) => new Date(`${time}Z`)));
});

test.each(['0 0 0 1 1 1#2', '0 0 0 31W 2 *', '0 0 0 L-30 2 *'])('%s never matches', (schedule) =>
  expect(new CronExpression(schedule).next(new Date('2026-01-01T00:00Z'))).toBeUndefined(),
);
test.each(['0 0 0 30 2 *', '60 * * * * *', '*/0 * * * * *', 'x'])('%s is invalid', (schedule) =>
  expect(() => new CronExpression(schedule)).toThrow(),
);

test('UTC has no clock changes', () => {
  process.env.TZ = 'UTC';
  for (const { from } of nights)
    expect(runs('0 */7 * * * *', from, new Date(from.getTime() + 12 * hourMs))).toHaveLength(12 * 9);
});
