import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Ticks } from '../../src/loop/ticks.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** By which a tick may come late by chance. */
const latest = 2 * secondMs;

const { TZ } = process.env;
beforeEach(() => {
  process.env.TZ = 'Europe/Berlin';
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
});

const at = (time: string) => vi.setSystemTime(new Date(time));
const jump = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

function start(schedule: string) {
  const seen = { ticks: 0, expected: Number.NaN };
  const expect = () => {
    seen.expected = ticks.due ?? Number.NaN;
  };
  const ticks = new Ticks(
    schedule,
    () => {
      seen.ticks += 1;
      expect();
    },
    expect,
  );
  expect();
  onTestFinished(() => ticks.stop());
  return { seen, ticks };
}

test.each([
  ['*/10 * * * * *', 6 * 60],
  ['0 */5 * * * *', 12],
])('%s ticks through the hour that comes twice', (schedule, anHour) => {
  at('2026-10-25T00:30:01Z');
  const { seen } = start(schedule);
  for (let hour = 1; hour <= 3; hour += 1) {
    vi.advanceTimersByTime(hourMs);
    expect(seen.ticks).toBeGreaterThanOrEqual(hour * anHour - 1);
    expect(seen.ticks).toBeLessThanOrEqual(hour * anHour);
  }
});

test.each([
  ['back by two hours', -2 * hourMs],
  ['back by a year', -365 * 24 * hourMs],
  ['ahead by an hour', hourMs],
  ['ahead by eight hours, as after a sleep', 8 * hourMs],
  ['ahead by ten years', 3650 * 24 * hourMs],
])('a clock that is set %s: the next tick is not later than a look and an interval away, and nothing is expected before', (_, milliseconds) => {
  at('2026-06-01T12:00:01Z');
  const { seen } = start('0 */5 * * * *');
  vi.advanceTimersByTime(30 * minuteMs);
  jump(milliseconds);
  const ticks = seen.ticks;
  let late = 0;
  for (let passed = 0; passed < 6 * minuteMs + latest; passed += secondMs) {
    vi.advanceTimersByTime(secondMs);
    late = Math.max(late, performance.now() - seen.expected);
  }
  expect(seen.ticks).toBeGreaterThan(ticks);
  expect(late).toBeLessThanOrEqual(latest);
});

test('what is next stays true when the clock is set', () => {
  at('2026-06-01T12:00:01Z');
  const { seen, ticks } = start('0 0 * * * *');
  jump(-2 * hourMs);
  vi.advanceTimersByTime(minuteMs);
  expect(ticks.next).toEqual(new Date('2026-06-01T11:00:00Z'));
  expect(seen.expected - performance.now()).toBe(Number(ticks.next) - Date.now());
});
