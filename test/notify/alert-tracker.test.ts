import { expect, test } from 'vitest';
import { AlertTracker } from '../../src/notify/alert-tracker.ts';
import type { Problem } from '../../src/views/problems.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const hot: Problem = { id: 'a/hot', place: 'a/hot', subject: 'A', text: 'too hot', isSuppressed: false };
const gone: Problem = { id: 'b', place: 'b', subject: 'B', text: 'gone', isSuppressed: false };

/** Looks every five seconds while this goes on, and gives back what was said when. */
function watch(...phases: [seconds: number, troubles: Problem[]][]): string[] {
  const alarms = new AlertTracker(30);
  const said: string[] = [];
  let now = 0;
  for (const [seconds, troubles] of phases) {
    for (const end = now + seconds; now < end; now += 5) {
      for (const { kind, subject, text, seconds: lasted } of alarms.update(troubles, at(now)))
        said.push(`${now} ${kind} ${subject}: ${text}${lasted === undefined ? '' : ` (${lasted} s)`}`);
    }
  }
  return said;
}

test('what lasts is told once, and its end once, with how long', () =>
  expect(watch([300, [hot]], [300, []])).toEqual(['30 trouble A: too hot', '330 recovery A: too hot (300 s)']));

test('what goes by at once is never told', () =>
  expect(watch([25, [hot]], [60, []], [25, [hot]], [60, []])).toEqual([]));

test('what flutters is one trouble', () =>
  expect(watch([40, [hot]], [20, []], [20, [hot]], [20, []], [20, [hot]], [100, []])).toEqual([
    '30 trouble A: too hot',
    '150 recovery A: too hot (120 s)',
  ]));

test('what is quiet is silent, and so is its end', () =>
  expect(watch([300, [{ ...gone, isSuppressed: true }, hot]], [300, []])).toEqual([
    '30 trouble A: too hot',
    '330 recovery A: too hot (300 s)',
  ]));

test('what remains when its cause is gone is told after a while of its own', () =>
  expect(watch([300, [hot, { ...gone, isSuppressed: true }]], [300, [gone]])).toEqual([
    '30 trouble A: too hot',
    '325 trouble B: gone',
    '330 recovery A: too hot (300 s)',
  ]));

test('what was told and is quiet later is neither over nor told again', () =>
  expect(watch([60, [gone]], [300, [hot, { ...gone, isSuppressed: true }]], [60, [gone]], [60, []])).toEqual([
    '30 trouble B: gone',
    '90 trouble A: too hot',
    '390 recovery A: too hot (300 s)',
    '450 recovery B: gone (420 s)',
  ]));

test('one message for all that one thing has at once; a changed text is no new trouble', () => {
  const worn = { ...hot, id: 'a/worn', text: 'worn out' };
  expect(watch([60, [hot, worn]], [60, [{ ...hot, text: 'far too hot' }]], [60, []])).toEqual([
    '30 trouble A: too hot; worn out',
    '90 recovery A: worn out (60 s)',
    '150 recovery A: far too hot (120 s)',
  ]);
});
