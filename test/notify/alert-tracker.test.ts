import { expect, test } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import { AlertTracker } from '../../src/notify/alert-tracker.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const problem = (id: string, subject: string, text: string): Problem => ({
  id,
  cause: id,
  place: 'device',
  path: id,
  key: id,
  subject,
  severity: 'outage',
  text,
  since: at(0),
  certain: true,
  isTold: false,
});
const hot = problem('a/hot', 'A', 'too hot');
const gone = problem('b', 'B', 'gone');

/** Updates every five seconds with these problems, and returns the messages with their times. */
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

test('a lasting problem is reported once, and its end once, with the duration', () =>
  expect(watch([300, [hot]], [300, []])).toEqual(['30 trouble A: too hot', '330 recovery A: too hot (300 s)']));

test('a short problem is never reported', () =>
  expect(watch([25, [hot]], [60, []], [25, [hot]], [60, []])).toEqual([]));

test('a problem that comes and goes is reported as one', () =>
  expect(watch([40, [hot]], [20, []], [20, [hot]], [20, []], [20, [hot]], [100, []])).toEqual([
    '30 trouble A: too hot',
    '150 recovery A: too hot (120 s)',
  ]));

test('a suppressed problem and its end are not reported', () =>
  expect(watch([300, [{ ...gone, explainedBy: 'x' }, hot]], [300, []])).toEqual([
    '30 trouble A: too hot',
    '330 recovery A: too hot (300 s)',
  ]));

test('a problem that outlasts its cause is reported after the full time', () =>
  expect(watch([300, [hot, { ...gone, explainedBy: 'x' }]], [300, [gone]])).toEqual([
    '30 trouble A: too hot',
    '325 trouble B: gone',
    '330 recovery A: too hot (300 s)',
  ]));

test('a reported problem that is suppressed later is neither over nor reported again', () =>
  expect(watch([60, [gone]], [300, [hot, { ...gone, explainedBy: 'x' }]], [60, [gone]], [60, []])).toEqual([
    '30 trouble B: gone',
    '90 trouble A: too hot',
    '390 recovery A: too hot (300 s)',
    '450 recovery B: gone (420 s)',
  ]));

test('one message for all problems of a subject at once; a changed text is not a new problem', () => {
  const worn = { ...hot, id: 'a/worn', text: 'worn out' };
  expect(watch([60, [hot, worn]], [60, [{ ...hot, text: 'far too hot' }]], [60, []])).toEqual([
    '30 trouble A: too hot; worn out',
    '90 recovery A: worn out (60 s)',
    '150 recovery A: far too hot (120 s)',
  ]);
});
