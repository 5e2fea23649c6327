import { expect, test } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import {
  acknowledgeFirstMediaErrors,
  addDailyWearSample,
  bytesWrittenPerDay,
  type DriveHistory,
  driveHistoryMemoryFormat,
  isClockPlausible,
  parseDriveHistoryOrEmpty,
  wearPercentPerMonth,
} from '../../src/collectors/storage/nvme/drive-history.ts';
import { TimeSinceClockJump } from '../../src/lib/clocks.ts';
import { CronExpression } from '../../src/loop/cron.ts';
import { CronTimer } from '../../src/loop/cron-timer.ts';
import { options, progress, recordFigure } from './report.ts';
import { SimulatedClock } from './simulated-clock.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const first = Date.UTC(2027, 0, 1);
const last = Date.UTC(2033, 0, 1);
const zones = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Africa/Casablanca'];
/** What a machine's clock may be off by when it starts. */
const wrongStarts: readonly (readonly [name: string, wrong: (right: number) => number])[] = [
  ['1970', () => 0],
  ['2000', () => Date.UTC(2000, 0, 1)],
  ['a year behind', (right) => right - 365 * dayMs],
  ['a day behind', (right) => right - dayMs],
  ['an hour behind', (right) => right - hourMs],
  ['seconds behind', (right) => right - 7 * secondMs],
  ['seconds ahead', (right) => right + 7 * secondMs],
  ['an hour ahead', (right) => right + hourMs],
  ['a day ahead', (right) => right + dayMs],
  ['twenty years ahead', (right) => right + 7305 * dayMs],
];
const counts = { days: 0, ticks: 0, starts: 0, times: 0, changes: 0, looks: 0 };

function inZone(zone: string, run: () => void): void {
  const { TZ } = process.env;
  process.env.TZ = zone;
  try {
    run();
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
}

/** The seconds of each minute at which a schedule comes; all schedules of collectors come in every minute. */
function secondsOf(schedule: string): number[] {
  const [, step, second] = /^(?:\*\/(\d+)|(\d+)) \* \* \* \* \*$/.exec(schedule) ?? [];
  if (step !== undefined) return Array.from({ length: 60 / Number(step) }, (_, index) => index * Number(step));
  expect(second, `${schedule} comes in every minute`).toBeDefined();
  return [Number(second)];
}

/** Milliseconds from one time to the next, and those by which a tick may come late by chance. */
function paceOf(schedule: string): { interval: number; delay: number } {
  const interval = minuteMs / secondsOf(schedule).length;
  return { interval, delay: Math.min(2000, interval / 10) };
}

/** Each time of the schedule has one tick, and no tick has none. */
function expectTicks(ticks: readonly number[], schedule: string, from: number, to: number, what: string): void {
  const { delay } = paceOf(schedule);
  const seconds = secondsOf(schedule);
  let index = 0;
  for (let minute = Math.floor(from / minuteMs) * minuteMs; minute < to; minute += minuteMs)
    for (const second of seconds) {
      const time = minute + second * secondMs;
      if (time <= from || time > to - delay - 2) continue;
      const late = (ticks[index] ?? Number.NaN) - time;
      if (!(late >= 0 && late <= delay + 2))
        expect.fail(`${what}: ${new Date(time).toISOString()} was late by ${late} ms`);
      index += 1;
    }
  expect(ticks.length - index, `${what}: ticks of no time`).toBeLessThanOrEqual(1);
  counts.ticks += index;
}

/** Runs a timer and gives the times of its ticks by the wall clock. */
function ticksOf(schedule: string, from: number, to: number): number[] {
  const clock = new SimulatedClock(from);
  try {
    const ticks: number[] = [];
    const timer = new CronTimer(schedule, () => ticks.push(clock.wall));
    clock.advance(to - from);
    timer.stop();
    return ticks;
  } finally {
    clock.restore();
  }
}

const offsetOf = (instant: number) => new Date(instant).getTimezoneOffset();
/** Are clocks set on this day? */
const isChange = (day: number) => offsetOf(day) !== offsetOf(day + dayMs);

/** The days, in UTC, on which something is unusual in this zone: clocks are set, a 29 February, an end of a year, with
 * the day before and after; and beside them each `step`th. */
function daysToRun(step: number): number[] {
  const isUnusual = (day: number) => {
    const date = new Date(day).toISOString().slice(5, 10);
    return isChange(day) || ['02-29', '12-31', '01-01'].includes(date);
  };
  const days: number[] = [];
  for (let day = first; day < last; day += dayMs) {
    const isNear = [day - dayMs, day, day + dayMs].some(isUnusual);
    if (isNear || ((day - first) / dayMs) % step === 0) days.push(day);
  }
  return days;
}

const schedules = [...new Set(allCollectors.map(({ schedule }) => schedule))];

test.each(zones)('every reading of every collector, in %s', (zone) =>
  inZone(zone, () => {
    const days = daysToRun(options.step ?? 28);
    counts.days += days.length;
    counts.changes += days.filter(isChange).length;
    for (const schedule of schedules)
      for (const day of days) expectTicks(ticksOf(schedule, day, day + dayMs), schedule, day, day + dayMs, schedule);
    progress(`${zone}: ${days.length} days of ${schedules.length} schedules`);
  }),
);

/** The first instant of a local day at this time of it, or where it is skipped the instant at which clocks are set
 * ahead. */
function instantOf(year: number, month: number, day: number, hour: number, minute: number): number {
  // Nobody's clock is further from UTC than 14 hours.
  const around = Date.UTC(year, month, day, hour, minute);
  let skipped: number | undefined;
  for (let instant = around - 15 * hourMs; instant <= around + 15 * hourMs; instant += minuteMs) {
    const local = new Date(instant);
    const wanted = Date.UTC(year, month, day, hour, minute);
    const shown = Date.UTC(
      local.getFullYear(),
      local.getMonth(),
      local.getDate(),
      local.getHours(),
      local.getMinutes(),
    );
    if (shown === wanted) return instant;
    if (shown > wanted && skipped === undefined) skipped = instant;
  }
  return skipped ?? Number.NaN;
}

/** Schedules that people write, with the local days on which they come. */
const daily: readonly (readonly [schedule: string, hour: number, minute: number, fits: (day: Date) => boolean])[] = [
  ['0 30 2 * * *', 2, 30, () => true],
  ['0 0 2 * * *', 2, 0, () => true],
  ['0 15 3 * * *', 3, 15, () => true],
  ['0 0 0 * * *', 0, 0, () => true],
  ['0 30 1 * * 0', 1, 30, (day) => day.getUTCDay() === 0],
  ['0 0 12 29 2 *', 12, 0, (day) => day.getUTCMonth() === 1 && day.getUTCDate() === 29],
  ['0 45 2 1 * *', 2, 45, (day) => day.getUTCDate() === 1],
];

test.each(zones)('what comes once a day or more rarely, in %s', (zone) =>
  inZone(zone, () => {
    const changes = daysToRun(Number.POSITIVE_INFINITY).filter(isChange);
    for (const [schedule, hour, minute, fits] of daily) {
      const expected: number[] = [];
      for (let day = first; day < last; day += dayMs) {
        const date = new Date(day);
        if (fits(date))
          expected.push(instantOf(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), hour, minute));
      }
      const cron = new CronExpression(schedule);
      let at: Date | undefined = new Date((expected[0] ?? first) - 1);
      for (const instant of expected) {
        at = at && cron.next(at);
        expect(at, `${schedule}, expected at ${new Date(instant).toISOString()}`).toEqual(new Date(instant));
      }
      counts.times += expected.length;
      // Wherever one begins on a day on which clocks are set, the next is the same.
      for (const day of changes)
        for (let from = day - hourMs; from < day + dayMs + hourMs; from += 20 * minuteMs) {
          const next = expected.find((instant) => instant > from);
          if (next === undefined) continue;
          expect(cron.next(new Date(from)), `${schedule} after ${new Date(from).toISOString()}`).toEqual(
            new Date(next),
          );
          counts.times += 1;
        }
    }
    progress(`${zone}: ${daily.length} schedules of days`);
  }),
);

test.each(zones)('ten wrong starts, in %s', (zone) =>
  inZone(zone, () => {
    const moments = daysToRun(Number.POSITIVE_INFINITY).filter(isChange);
    moments.push(Date.UTC(2028, 1, 28, 20), Date.UTC(2032, 1, 28, 20), Date.UTC(2030, 11, 31, 12));
    for (const schedule of schedules)
      for (const [index, [name, wrong]] of wrongStarts.entries()) {
        const from = (moments[index % moments.length] ?? first) + index * hourMs;
        const { interval, delay } = paceOf(schedule);
        const clock = new SimulatedClock(wrong(from));
        const ticks = [{ steady: 0, wall: clock.wall }];
        try {
          const timer = new CronTimer(schedule, () => ticks.push({ steady: clock.steady, wall: clock.wall }));
          // Set right at a moment that lies anywhere between two ticks.
          const wrongForMs = 40 * minuteMs + index * 3700;
          clock.advance(wrongForMs);
          clock.wall = from + clock.steady;
          const right = clock.wall;
          clock.advance(12 * hourMs);
          timer.stop();
          const what = `${schedule}, ${name}`;
          const pauses = ticks.slice(1).map(({ steady }, before) => steady - (ticks[before]?.steady ?? 0));
          expect(Math.max(...pauses), `${what}: the longest pause in ms`).toBeLessThanOrEqual(interval + delay + 2);
          // No schedule has a tick at such a second.
          const settled = Math.ceil((right + interval) / minuteMs) * minuteMs + 58_500;
          const after = ticks.filter(({ steady, wall }) => steady > wrongForMs && wall > settled);
          expectTicks(
            after.map(({ wall }) => wall),
            schedule,
            settled,
            clock.wall,
            what,
          );
        } finally {
          clock.restore();
        }
        counts.starts += 1;
      }
  }),
);

const utcDay = (instant: number) => new Date(instant).toISOString().slice(0, 10);

test('the history of a drive is whole', () => {
  const lookPauseMs = 10 * minuteMs;
  const bytesPerDay = 20e9;
  const percentPerMonth = 0.5;
  let kept: DriveHistory = parseDriveHistoryOrEmpty(undefined);
  let steadiness = new TimeSinceClockJump();
  let bootedAt = first;
  /** What the clock is off by until it is set right. */
  let wrong = { ahead: 0, until: first };
  /** Days on which the clock was wrong, with the one after, which may be missing. */
  const excused = new Set<string>();
  let wrongBoots = 0;
  const worst = { written: 0, wear: 0 };
  for (let right = first; right < last; right += lookPauseMs) {
    const days = (right - first) / dayMs;
    if (right > first && days % 20 === 0) {
      const [, wrongClock] = wrongStarts[wrongBoots % wrongStarts.length] ?? ['', (instant: number) => instant];
      // From less than it takes to note a day up to most of a day.
      wrong = { ahead: wrongClock(right) - right, until: right + ((wrongBoots * 97) % 1300) * minuteMs };
      for (let day = right; day <= wrong.until + dayMs; day += dayMs) excused.add(utcDay(day));
      excused.add(utcDay(wrong.until + dayMs));
      [bootedAt, steadiness] = [right, new TimeSinceClockJump()];
      kept = parseDriveHistoryOrEmpty(JSON.parse(JSON.stringify(kept)));
      // Another broker kept it to the last day but one.
      if (kept.samples.length > 3)
        kept = driveHistoryMemoryFormat.merge(kept, { ...kept, samples: kept.samples.slice(0, -1) });
      wrongBoots += 1;
    }
    const now = right + (right < wrong.until ? wrong.ahead : 0);
    const steady = steadiness.steadyMsAt({ wall: now, monotonic: right - bootedAt });
    const percentageUsed = BigInt(Math.floor(3.5 + (percentPerMonth * days) / 30));
    const dataUnitsWritten = BigInt(Math.floor((bytesPerDay * (days + 400)) / 512_000));
    kept = acknowledgeFirstMediaErrors(kept, { mediaErrors: 5n });
    kept = addDailyWearSample(kept, new Date(now), steady, { percentageUsed, dataUnitsWritten });
    counts.looks += 1;
    if (right % dayMs !== dayMs - lookPauseMs || excused.has(utcDay(right))) continue;

    const today = utcDay(right);
    const noted = new Set(kept.samples.map(({ at }) => at.slice(0, 10)));
    for (let day = Math.max(first, right - 29 * dayMs); day <= right; day += dayMs)
      if (!excused.has(utcDay(day))) expect(noted.has(utcDay(day)), `${utcDay(day)} is noted on ${today}`).toBe(true);
    const gaps = kept.samples.map(({ at }, index) => Date.parse(kept.samples[index + 1]?.at ?? at) - Date.parse(at));
    expect(Math.max(...gaps) / dayMs, `days without a sample on ${today}`).toBeLessThan(15);
    const span = (right - Date.parse(kept.samples[0]?.at ?? '')) / dayMs;
    expect(span, `days of history on ${today}`).toBeGreaterThan(Math.min(days - 1, 28 + 103 * 7));
    expect(kept.samples.length).toBeLessThanOrEqual(30 + 104);
    expect(kept.media_errors_acknowledged).toBe('5');
    expect(isClockPlausible(kept, new Date(right)), `plausible on ${today}`).toBe(true);
    const written = bytesWrittenPerDay(kept, new Date(right), dataUnitsWritten);
    // A sample of a clock that was a day ahead stays: one day more or less in a week.
    if (days > 8) worst.written = Math.max(worst.written, Math.abs((written ?? 0) / bytesPerDay - 1));
    const wear = wearPercentPerMonth(kept, new Date(right), Number(percentageUsed));
    if (days > 365) worst.wear = Math.max(worst.wear, Math.abs((wear ?? 0) / percentPerMonth - 1));
  }
  expect(worst.written, 'by which bytes written a day were off').toBeLessThan(0.2);
  expect(worst.wear, 'by which wear a month was off').toBeLessThan(0.2);
  progress(`a history of ${kept.samples.length} samples after ${wrongBoots} wrong starts`);
  const { user, system } = process.cpuUsage();
  recordFigure(
    `2027–2032 in ${zones.length} zones: ${counts.changes} clock changes, ${counts.days} days with all ${counts.ticks} readings, ${counts.times} times of daily schedules, ${counts.starts} wrong starts, ${counts.looks} looks at a drive, its history whole (written a day off by at most ${(100 * worst.written).toFixed(0)} %, wear by ${(100 * worst.wear).toFixed(0)} %); ${((user + system) / 1e6).toFixed(0)} s of CPU`,
  );
});
