import { describe, expect, test } from 'vitest';
import {
  historyAndEventsAfterVisit,
  type InstanceHistory,
  instanceHistoryMemoryFormat,
  isHistoryWorthSaving,
  parseInstanceHistoryOrEmpty,
} from '../../../src/collectors/home-assistant/instance-history.ts';
import type { VisitResult } from '../../../src/collectors/home-assistant/visit-instance.ts';

const url = new URL('http://ha.example');
const at = (time: string) => new Date(`2026-11-24T${time}:00Z`);
const answering = (version = '2026.11.0'): VisitResult => ({ url, state: 'answering', reachable: true, version });
const running = (oldest: string, newest: string): VisitResult => ({
  ...answering(),
  state: 'running',
  details: { updates: {}, oldest: at(oldest), newest: at(newest) },
});
const away = (state: VisitResult['state']): VisitResult => ({ url, state, reachable: false });

/** Applies visits that are a minute apart: the event types of each visit, and the final history. */
function follow(visits: VisitResult[], history: InstanceHistory = parseInstanceHistoryOrEmpty(undefined)) {
  const events: string[][] = [];
  for (const [index, visit] of visits.entries()) {
    const step = historyAndEventsAfterVisit(history, visit, at(`12:${String(index).padStart(2, '0')}`));
    events.push(step.events.map(({ type }) => type));
    history = step.history;
  }
  return { events, history };
}

describe('without a token', () => {
  test('an instance that was down has restarted', () => {
    const { events, history } = follow([answering(), away('timeout'), away('refused'), answering(), answering()]);
    expect(events).toEqual([[], [], [], ['outage', 'restart'], []]);
    expect(history).toEqual({
      version: '2026.11.0',
      restarts: 1,
      outages: 1,
      started: '2026-11-24T12:03:00.000Z',
      last_outage: { from: '2026-11-24T12:01:00.000Z', to: '2026-11-24T12:03:00.000Z' },
    });
  });

  test('an instance that was unreachable has not restarted', () => {
    const { events, history } = follow([answering(), away('timeout'), answering()]);
    expect(events.at(-1)).toEqual(['outage']);
    expect(history.restarts).toBe(0);
  });

  test('one that only another host could answer for is neither away nor back', () => {
    const elsewhere: VisitResult = { url, state: 'moved', reachable: undefined };
    expect(follow([answering(), elsewhere, answering()]).events).toEqual([[], [], []]);
    expect(follow([answering(), away('refused'), elsewhere]).history.outage?.cause).toBe('refused');
  });

  test('one that hangs is not down', () => {
    expect(follow([answering(), away('frozen'), answering()]).history).toMatchObject({ outages: 1, restarts: 0 });
  });

  test('a new version is a restart', () => {
    expect(follow([answering('2026.10.1'), answering('2026.11.0')]).events).toEqual([[], ['restart']]);
  });
});

describe('with a token', () => {
  test('a restart between two visits is detected by the age of the states', () => {
    const { events, history } = follow([
      running('08:00', '12:00'),
      running('08:00', '12:01'),
      running('12:02', '12:03'),
      running('12:02', '12:04'),
    ]);
    expect(events).toEqual([[], [], ['restart'], []]);
    expect(history).toMatchObject({ restarts: 1, outages: 0, started: '2026-11-24T12:02:00.000Z' });
  });

  test('a proxy error is no restart', () => {
    expect(follow([running('08:00', '12:00'), away('proxy_error'), running('08:00', '12:02')]).events.at(-1)).toEqual([
      'outage',
    ]);
  });

  test('a restart is counted once, whatever it is detected by first', () => {
    const { events, history } = follow(
      [running('08:00', '12:00'), away('refused'), answering('2026.12.0'), running('12:01', '12:03')].map(
        (visit, index) => (index === 3 ? { ...visit, version: '2026.12.0' } : visit),
      ),
    );
    expect(events).toEqual([[], [], ['outage', 'restart'], []]);
    expect(history.restarts).toBe(1);
  });

  test('the start is known after the first visit, and does not change', () => {
    const { events, history } = follow([running('08:00', '12:00'), running('08:30', '12:01')]);
    expect(events).toEqual([[], []]);
    expect(history.started).toBe('2026-11-24T08:00:00.000Z');
  });
});

test('events have all details', () => {
  const before = follow([answering('2026.10.1'), away('refused')]).history;
  expect(historyAndEventsAfterVisit(before, running('12:07', '12:09'), at('12:10')).events).toEqual([
    { type: 'outage', at: at('12:10'), from: at('12:01'), to: at('12:10'), seconds: 540, cause: 'refused' },
    { type: 'restart', at: at('12:07'), version: '2026.11.0', version_before: '2026.10.1' },
  ]);
});

test('what changes with each visit is saved once an hour', () => {
  const saved = follow([running('08:00', '12:00')]).history;
  expect(isHistoryWorthSaving(parseInstanceHistoryOrEmpty(undefined), saved)).toBe(true);
  expect(
    isHistoryWorthSaving(
      parseInstanceHistoryOrEmpty(JSON.parse(JSON.stringify(saved))),
      follow([running('08:00', '12:59')], saved).history,
    ),
  ).toBe(false);
  expect(isHistoryWorthSaving(saved, follow([running('08:00', '13:01')], saved).history)).toBe(true);
  expect(isHistoryWorthSaving(saved, follow([away('timeout')], saved).history)).toBe(true);
});

test.each([undefined, 'nonsense', {}, { restarts: 'many' }])('an empty history instead of %o', (content) => {
  expect(parseInstanceHistoryOrEmpty(content)).toEqual({ restarts: 0, outages: 0 });
});

test.each([1e300, -1, 1.5, 'many'])('a count of %j is ignored, and the rest of the history is not', (restarts) => {
  const token = { outages: 2, refused_token: 'abc' };
  expect(parseInstanceHistoryOrEmpty({ restarts, ...token })).toEqual({ restarts: 0, ...token });
});

test.each([{ started: 'yesterday' }, { newest: 7 }, { outage: { since: 'x' } }, { last_outage: [] }, { version: {} }])(
  '%j is ignored, and the counters are not',
  (odd) => {
    const counters = { restarts: 3, outages: 2, refused_token: 'abc' };
    expect(parseInstanceHistoryOrEmpty({ ...counters, ...odd })).toEqual(counters);
  },
);

test('outages that are dated after now are ignored', () => {
  const late = '9999-01-01T00:00:00.000Z';
  const history: InstanceHistory = {
    restarts: 0,
    outages: 0,
    outage: { since: late, cause: 'timeout', down: false },
    last_outage: { from: at('10:00').toISOString(), to: late },
  };
  expect(follow([answering()], history)).toEqual({
    events: [[]],
    history: { version: '2026.11.0', restarts: 0, outages: 0 },
  });
  expect(follow([away('timeout'), answering()], history).history.last_outage).toEqual({
    from: '2026-11-24T12:00:00.000Z',
    to: '2026-11-24T12:01:00.000Z',
  });
});

describe('two brokers', () => {
  const theirs: InstanceHistory = {
    version: '2026.10.1',
    started: at('08:00').toISOString(),
    newest: at('09:00').toISOString(),
    restarts: 10,
    outages: 5,
    refused_token: 'abc',
  };
  const ours: InstanceHistory = { version: '2026.11.0', restarts: 1, outages: 0 };

  test('greater counts win, the own version is the newer one, and missing values are taken over', () => {
    expect(instanceHistoryMemoryFormat.merge(ours, theirs)).toEqual({ ...theirs, version: '2026.11.0' });
    expect(instanceHistoryMemoryFormat.merge(theirs, ours)).toEqual(theirs);
    expect(instanceHistoryMemoryFormat.merge(theirs, theirs)).toEqual(theirs);
  });

  test('a current outage has the earlier start, unless it is known to be over', () => {
    const outage = (since: string) => ({ since: at(since).toISOString(), cause: 'timeout', down: false });
    const last = (from: string, to: string) => ({ from: at(from).toISOString(), to: at(to).toISOString() });
    expect(instanceHistoryMemoryFormat.merge(ours, { ...theirs, outage: outage('10:00') }).outage).toEqual(
      outage('10:00'),
    );
    expect(
      instanceHistoryMemoryFormat.merge({ ...ours, outage: outage('11:00') }, { ...theirs, outage: outage('10:00') })
        .outage,
    ).toEqual(outage('10:00'));
    const over = instanceHistoryMemoryFormat.merge(
      { ...ours, last_outage: last('10:00', '10:30') },
      { ...theirs, outage: outage('10:00'), last_outage: last('07:00', '07:10') },
    );
    expect([over.outage, over.last_outage]).toEqual([undefined, last('10:00', '10:30')]);
  });
});
