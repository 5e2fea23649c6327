import { expect, test } from 'vitest';
import type { Problem, RestoredProblem, ToldProblemForEndReport } from '../../src/model/problem.ts';
import { AlertDebouncer } from '../../src/notify/alert-debouncer.ts';
import { ReportsByOtherAgents } from '../../src/notify/reports-by-other-agents.ts';
import { DirectoryOfTopics, problem as published } from '../helpers/agent-directory.ts';

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
});
const hot = problem('a/hot', 'A', 'too hot');
const gone = problem('b', 'B', 'gone');

interface Phase {
  seconds: number;
  problems: Problem[];
  told?: Record<string, ToldProblemForEndReport>;
  restored?: string[];
  /** Messages of other agents, by their topic below the base topic. */
  others?: Record<string, string>;
  /** By which the date has been set ahead. */
  secondsAhead?: number;
}

/** Updates every five seconds with these problems, and returns the messages with their times. */
function watch(...phases: Phase[]): string[] {
  const alarms = new AlertDebouncer(30);
  const said: string[] = [];
  let now = 0;
  for (const { seconds, problems, told = {}, restored = [], others = {}, secondsAhead = 0 } of phases) {
    const reports = new ReportsByOtherAgents(new DirectoryOfTopics(Object.entries(others)).agents, 'nas');
    const memory = {
      toldProblems: new Map(Object.entries(told)),
      restoredProblems: new Map(restored.map((id) => [id, {} as RestoredProblem])),
    };
    for (const end = now + seconds; now < end; now += 5) {
      for (const message of alarms.update(problems, memory, { date: at(now + secondsAhead), seconds: now }, reports)) {
        const { kind, problem: about } = message;
        const worse = message.kind === 'trouble' && message.severityBefore ? ` (was ${message.severityBefore})` : '';
        const more =
          message.kind === 'recovery'
            ? ` (${message.seconds} s)`
            : message.consequences.map((one) => ` +${one.subject}`);
        said.push(`${now} ${kind} ${about.subject}: ${about.text}${worse}${more}`);
      }
    }
  }
  return said;
}

const during = (seconds: number, ...problems: Problem[]): Phase => ({ seconds, problems });
const becauseOfHot = { ...gone, explainedBy: 'a/hot' };

test('a lasting problem is reported once, and its end once, with the duration', () =>
  expect(watch(during(300, hot), during(300))).toEqual(['30 trouble A: too hot', '330 recovery A: too hot (300 s)']));

test('a short problem is never reported', () =>
  expect(watch(during(25, hot), during(60), during(25, hot), during(60))).toEqual([]));

test('a problem that comes and goes is reported as one', () =>
  expect(watch(during(40, hot), during(20), during(20, hot), during(20), during(20, hot), during(100))).toEqual([
    '30 trouble A: too hot',
    '150 recovery A: too hot (120 s)',
  ]));

test('a clock that is set delays no report, and hastens none', () =>
  expect(
    watch(during(15, hot), { ...during(300, hot), secondsAhead: -86_400 }, during(10), {
      ...during(100),
      secondsAhead: 3600,
    }),
  ).toEqual(['30 trouble A: too hot', '345 recovery A: too hot (3915 s)']));

test('what a problem explains is told with it, and not alone', () =>
  expect(watch(during(300, becauseOfHot, hot), during(300))).toEqual([
    '30 trouble A: too hot +B',
    '330 recovery A: too hot (300 s)',
  ]));

test('a problem that outlasts its cause is reported after the full time', () =>
  expect(watch(during(300, hot, becauseOfHot), during(300, gone))).toEqual([
    '30 trouble A: too hot +B',
    '330 trouble B: gone',
    '330 recovery A: too hot (300 s)',
  ]));

test('a reported problem that is explained later is neither over nor reported again', () =>
  expect(watch(during(60, gone), during(300, hot, becauseOfHot), during(60, gone), during(60))).toEqual([
    '30 trouble B: gone',
    '90 trouble A: too hot +B',
    '390 recovery A: too hot (360 s)',
    '450 recovery B: gone (420 s)',
  ]));

test('each problem of a subject is a message of its own; a changed text is not a new problem', () => {
  const worn = { ...hot, id: 'a/worn', text: 'worn out' };
  expect(watch(during(60, hot, worn), during(60, { ...hot, text: 'far too hot' }), during(60))).toEqual([
    '30 trouble A: too hot',
    '30 trouble A: worn out',
    '90 recovery A: worn out (60 s)',
    '150 recovery A: far too hot (120 s)',
  ]);
});

test('what can no longer be read is neither over nor reported', () => {
  const uncertain = { ...hot, certain: false };
  expect(watch(during(300, uncertain))).toEqual([]);
  expect(watch(during(60, hot), during(300, uncertain), during(60))).toEqual([
    '30 trouble A: too hot',
    '390 recovery A: too hot (360 s)',
  ]);
});

test('a notice is not reported', () => expect(watch(during(300, { ...hot, severity: 'notice' }))).toEqual([]));

const told = { 'a/hot': { ...hot, since: at(-600) } };

test('what was reported before a restart is not reported again, and its end is', () =>
  expect(
    watch(
      { seconds: 10, problems: [], told, restored: ['a/hot'] },
      { seconds: 300, problems: [{ ...hot, since: at(-600) }], told },
      { seconds: 60, problems: [], told },
    ),
  ).toEqual(['340 recovery A: too hot (910 s)']));

test('also when the broker tells of it only later', () =>
  expect(watch(during(20, hot), { seconds: 100, problems: [{ ...hot }], told })).toEqual([]));

test('a problem that ended while the agent was off is over once its collector has said so', () =>
  expect(watch({ seconds: 100, problems: [], told, restored: ['a/hot'] }, { seconds: 60, problems: [], told })).toEqual(
    ['130 recovery A: too hot (700 s)'],
  ));

const nearlyFull: Problem = { ...hot, severity: 'degraded', text: 'nearly full' };
const full: Problem = { ...hot, severity: 'outage', text: 'no space left' };

test('a reported problem that becomes worse is reported once more, as such', () =>
  expect(watch(during(60, nearlyFull), during(60, full), during(60, nearlyFull), during(60, full), during(60))).toEqual(
    [
      '30 trouble A: nearly full',
      '90 trouble A: no space left (was degraded)',
      '270 recovery A: no space left (240 s)',
    ],
  ));

test('what is worse for a moment, or while something else explains it or nothing can be read, is not', () => {
  const cause = { ...gone, severity: 'outage' } as const;
  expect(
    watch(
      during(60, nearlyFull),
      during(25, full),
      during(60, nearlyFull),
      during(60, { ...full, certain: false }),
      during(300, cause, { ...full, explainedBy: 'b' }),
      during(25, cause, full),
      during(60, cause, nearlyFull),
    ),
  ).toEqual(['30 trouble A: nearly full', '235 trouble B: gone +A']);
});

test('what became worse before the first report is reported as it is', () =>
  expect(watch(during(20, nearlyFull), during(60, full))).toEqual(['30 trouble A: no space left']));

test('a restart makes nothing worse, and what becomes worse later is reported', () => {
  const told = { 'a/hot': full };
  expect(watch({ seconds: 100, problems: [full], told }, { seconds: 100, problems: [nearlyFull], told })).toEqual([]);
  expect(watch({ seconds: 100, problems: [full], told: { 'a/hot': nearlyFull } })).toEqual([
    '30 trouble A: no space left (was degraded)',
  ]);
});

const line: Problem = { ...hot, isSeenByOthers: true };

/** What an agent that also sees `line` publishes; `told`: the severity with which it has reported it. */
const other = (id: string, told?: string, status = 'online'): Record<string, string> => {
  const seen = published('b/hot', { cause: line.cause, severity: 'outage' });
  return {
    [`${id}/status`]: status,
    [`${id}/problems`]: JSON.stringify({
      worst: 'outage',
      count: 1,
      reason: null,
      problems: [seen],
      told: told === undefined ? [] : [{ ...seen, severity: told }],
    }),
  };
};
const seenToo = (seconds: number, others: Record<string, string>, ...problems: Problem[]): Phase => ({
  seconds,
  problems,
  others,
});

test('of agents that see one fault, the first by its id reports, and the others wait for it', () => {
  expect(watch(seenToo(300, other('pi'), line))).toEqual(['45 trouble A: too hot']);
  expect(watch(seenToo(300, { ...other('desk'), ...other('pi') }, line))).toEqual(['60 trouble A: too hot']);
  expect(watch(seenToo(300, other('desk', undefined, 'offline'), line))).toEqual(['30 trouble A: too hot']);
  expect(watch(seenToo(40, other('desk'), line), seenToo(300, other('desk', 'outage'), line))).toEqual([]);
});

test('what another agent has reported is left to it, with its end', () =>
  expect(watch(seenToo(300, other('desk', 'outage'), line), seenToo(300, { 'desk/status': 'online' }))).toEqual([]));

test('unless that agent is gone when it ends', () =>
  expect(
    watch(
      seenToo(60, other('desk', 'outage'), line),
      seenToo(240, other('desk', 'outage', 'offline'), line),
      seenToo(60, other('desk', 'outage', 'offline')),
    ),
  ).toEqual(['330 recovery A: too hot (300 s)']));

test('what is worse here than another agent has reported is reported, as such', () =>
  expect(watch(seenToo(300, other('desk', 'degraded'), line))).toEqual(['60 trouble A: too hot (was degraded)']));

test('another agent can silence none about its own machine, and delays no report for long', () => {
  expect(watch(seenToo(300, other('desk', 'outage'), hot))).toEqual(['30 trouble A: too hot']);
  const crowd = Object.assign({}, ...Array.from({ length: 50 }, (_, index) => other(`desk${index}`)));
  expect(watch(seenToo(300, crowd, hot))).toEqual(['30 trouble A: too hot']);
  expect(watch(seenToo(300, crowd, line))).toEqual(['150 trouble A: too hot']);
});
