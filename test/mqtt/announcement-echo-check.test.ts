import { expect, test } from 'vitest';
import { AnnouncementEchoCheck } from '../../src/mqtt/announcement-echo-check.ts';
import { manualTimers } from '../helpers/timers.ts';

function scene() {
  const { after, pass } = manualTimers();
  const missing: boolean[] = [];
  const check = new AnnouncementEchoCheck(after, (isRetry) => missing.push(isRetry));
  return { check, pass, missing };
}

test('announcements that are acknowledged and do not come back are missed at once, and again after growing pauses', () => {
  const { check, pass, missing } = scene();
  check.acknowledged();
  check.start();
  expect(missing).toEqual([false]);
  for (const [index, seconds] of [5, 10, 20, 40].entries()) {
    pass(seconds * 1000 - 1);
    expect(missing).toHaveLength(index + 1);
    pass(1);
    expect(missing).toHaveLength(index + 2);
  }
  expect(missing).toEqual([false, true, true, true, true]);
});

test('one that comes back ends it; only the first is new', () => {
  const { check, pass, missing } = scene();
  check.acknowledged();
  check.start();
  expect([check.returned(), check.returned()]).toEqual([true, false]);
  check.acknowledged();
  pass(600_000);
  expect(missing).toEqual([false]);
  check.start();
  expect(missing).toEqual([false]);
});

test('what the broker has not acknowledged is not missed until it has', () => {
  const { check, pass, missing } = scene();
  check.start();
  pass(5000);
  expect(missing).toEqual([]);
  check.acknowledged();
  pass(10_000);
  expect(missing).toEqual([true]);
});
