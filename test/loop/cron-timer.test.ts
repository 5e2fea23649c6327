import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { CronTimer } from '../../src/loop/cron-timer.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** The random delay of a tick. */
const latest = 2 * secondMs;

const { TZ } = process.env;
beforeEach(() => {
  process.env.TZ = 'Europe/Berlin';
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  onTestFinished(() => {
    // A spy on a clock that is stopped would be followed by that clock.
    vi.restoreAllMocks();
    vi.useRealTimers();
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
});

const at = (time: string) => vi.setSystemTime(new Date(time));
const jump = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

function start(schedule: string) {
  const seen = { ticks: 0 };
  const ticks = new CronTimer(schedule, () => {
    seen.ticks += 1;
  });
  onTestFinished(() => ticks.stop());
  return { seen, ticks };
}

test.each([
  ['*/10 * * * * *', 6 * 60],
  ['0 */5 * * * *', 12],
])('%s ticks through the repeated hour', (schedule, anHour) => {
  at('2026-10-25T00:30:01Z');
  const { seen } = start(schedule);
  for (let hour = 1; hour <= 3; hour += 1) {
    vi.advanceTimersByTime(hourMs);
    expect(seen.ticks).toBeGreaterThanOrEqual(hour * anHour - 1);
    expect(seen.ticks).toBeLessThanOrEqual(hour * anHour);
  }
});

test.each([
  ['back by half a minute', -30 * secondMs],
  ['back by two hours', -2 * hourMs],
  ['back by a year', -365 * 24 * hourMs],
  ['ahead by an hour', hourMs],
  ['ahead by eight hours, as after a sleep', 8 * hourMs],
  ['ahead by ten years', 3650 * 24 * hourMs],
])('a clock that is set %s delays no tick longer than its interval', (_, milliseconds) => {
  at('2026-06-01T12:00:01Z');
  const { seen } = start('0 */5 * * * *');
  for (let times = 1; times <= 4; times += 1) {
    vi.advanceTimersByTime(7 * minuteMs);
    const { ticks } = seen;
    jump(milliseconds);
    vi.advanceTimersByTime(5 * minuteMs + latest);
    expect(seen.ticks).toBeGreaterThan(ticks);
    expect(seen.ticks).toBeLessThanOrEqual(ticks + 2);
  }
});

test('a tick is due by either clock, and runs once if they differ a little', () => {
  at('2026-06-01T12:00:01Z');
  const { seen, ticks } = start('0 * * * * *');
  expect(ticks.next).toEqual(new Date('2026-06-01T12:01:00Z'));
  expect(ticks.due - performance.now()).toBe(59 * secondMs);
  for (let minute = 1; minute <= 10; minute += 1) {
    vi.advanceTimersByTime(30 * secondMs);
    jump(-5);
    vi.advanceTimersByTime(30 * secondMs);
  }
  vi.advanceTimersByTime(latest);
  expect(seen.ticks).toBe(10);
});

test('a tick whose time comes while its timer is being set is due at once', () => {
  at('2026-01-01T00:00:01Z');
  const setTimer = vi.spyOn(globalThis, 'setTimeout');
  const clock = vi.spyOn(performance, 'now');
  let looks = 0;
  clock.mockImplementation(() => {
    looks += 1;
    return looks * minuteMs;
  });
  start('*/10 * * * * *');
  expect(setTimer.mock.calls.map(([, delayMs]) => delayMs)).toEqual([0]);
});
