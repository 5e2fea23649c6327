import { describe, expect, test } from 'vitest';
import {
  advanceHistory,
  type InstanceHistory,
  instanceHistoryMemory,
  isWorthSaving,
  parseInstanceHistory,
} from '../../../src/collectors/home-assistant/instance-history.ts';
import type { VisitResult } from '../../../src/collectors/home-assistant/visit-instance.ts';

const url = new URL('http://ha.example');
const at = (time: string) => new Date(`2026-11-24T${time}:00Z`);
const answering = (version = '2026.11.0'): VisitResult => ({ url, state: 'answering', reachable: true, version });
const running = (oldest: string, newest: string): VisitResult => ({
  ...answering(),
  state: 'running',
  details: { state: 'running', updates: {}, oldest: at(oldest), newest: at(newest) },
});
const away = (state: VisitResult['state']): VisitResult => ({ url, state, reachable: false });

/** Looks one after another, each a minute after the one before; the events' types by look, and the history. */
function follow(sights: VisitResult[], history: InstanceHistory = parseInstanceHistory(undefined)) {
  const told: string[][] = [];
  for (const [index, sight] of sights.entries()) {
    const step = advanceHistory(history, sight, at(`12:${String(index).padStart(2, '0')}`));
    told.push(step.events.map(({ type }) => type));
    history = step.history;
  }
  return { told, history };
}

describe('without a token', () => {
  test('one that was off has been restarted', () => {
    const { told, history } = follow([answering(), away('timeout'), away('refused'), answering(), answering()]);
    expect(told).toEqual([[], [], [], ['outage', 'restart'], []]);
    expect(history).toEqual({
      version: '2026.11.0',
      restarts: 1,
      outages: 1,
      started: '2026-11-24T12:03:00.000Z',
      last_outage: { from: '2026-11-24T12:01:00.000Z', to: '2026-11-24T12:03:00.000Z' },
    });
  });

  test('one that was out of reach has not', () => {
    const { told, history } = follow([answering(), away('timeout'), answering()]);
    expect(told.at(-1)).toEqual(['outage']);
    expect(history.restarts).toBe(0);
  });

  test('another version is a restart', () => {
    expect(follow([answering('2026.10.1'), answering('2026.11.0')]).told).toEqual([[], ['restart']]);
  });
});

describe('with a token', () => {
  test('a restart between two looks is seen by the age of its states', () => {
    const { told, history } = follow([
      running('08:00', '12:00'),
      running('08:00', '12:01'),
      running('12:02', '12:03'),
      running('12:02', '12:04'),
    ]);
    expect(told).toEqual([[], [], ['restart'], []]);
    expect(history).toMatchObject({ restarts: 1, outages: 0, started: '2026-11-24T12:02:00.000Z' });
  });

  test('a proxy that failed is no restart', () => {
    expect(follow([running('08:00', '12:00'), away('proxy_error'), running('08:00', '12:02')]).told.at(-1)).toEqual([
      'outage',
    ]);
  });

  test('a restart is counted once, whatever is seen of it first', () => {
    const { told, history } = follow(
      [running('08:00', '12:00'), away('refused'), answering('2026.12.0'), running('12:01', '12:03')].map(
        (sight, index) => (index === 3 ? { ...sight, version: '2026.12.0' } : sight),
      ),
    );
    expect(told).toEqual([[], [], ['outage', 'restart'], []]);
    expect(history.restarts).toBe(1);
  });

  test('the start is known at the first look, and stays', () => {
    const { told, history } = follow([running('08:00', '12:00'), running('08:30', '12:01')]);
    expect(told).toEqual([[], []]);
    expect(history.started).toBe('2026-11-24T08:00:00.000Z');
  });
});

test('the events tell all', () => {
  const before = follow([answering('2026.10.1'), away('refused')]).history;
  expect(advanceHistory(before, running('12:07', '12:09'), at('12:10')).events).toEqual([
    { type: 'outage', at: at('12:10'), from: at('12:01'), to: at('12:10'), seconds: 540, cause: 'refused' },
    { type: 'restart', at: at('12:07'), version: '2026.11.0', version_before: '2026.10.1' },
  ]);
});

test('what changes with each look is kept once an hour', () => {
  const kept = follow([running('08:00', '12:00')]).history;
  expect(isWorthSaving(parseInstanceHistory(undefined), kept)).toBe(true);
  expect(
    isWorthSaving(
      parseInstanceHistory(JSON.parse(JSON.stringify(kept))),
      follow([running('08:00', '12:59')], kept).history,
    ),
  ).toBe(false);
  expect(isWorthSaving(kept, follow([running('08:00', '13:01')], kept).history)).toBe(true);
  expect(isWorthSaving(kept, follow([away('timeout')], kept).history)).toBe(true);
});

test.each([undefined, 'nonsense', {}, { restarts: 'many' }])('a new beginning instead of %o', (content) => {
  expect(parseInstanceHistory(content)).toEqual({ restarts: 0, outages: 0 });
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

  test('the greater counts, what was seen last, and what only one knows', () => {
    expect(instanceHistoryMemory.merge(ours, theirs)).toEqual({ ...theirs, version: '2026.11.0' });
    expect(instanceHistoryMemory.merge(theirs, ours)).toEqual(theirs);
    expect(instanceHistoryMemory.merge(theirs, theirs)).toEqual(theirs);
  });

  test('an outage that lasts is taken over from where it began, unless it is known to be over', () => {
    const outage = (since: string) => ({ since: at(since).toISOString(), cause: 'timeout', down: false });
    const last = (from: string, to: string) => ({ from: at(from).toISOString(), to: at(to).toISOString() });
    expect(instanceHistoryMemory.merge(ours, { ...theirs, outage: outage('10:00') }).outage).toEqual(outage('10:00'));
    expect(
      instanceHistoryMemory.merge({ ...ours, outage: outage('11:00') }, { ...theirs, outage: outage('10:00') }).outage,
    ).toEqual(outage('10:00'));
    const over = instanceHistoryMemory.merge(
      { ...ours, last_outage: last('10:00', '10:30') },
      { ...theirs, outage: outage('10:00'), last_outage: last('07:00', '07:10') },
    );
    expect([over.outage, over.last_outage]).toEqual([undefined, last('10:00', '10:30')]);
  });
});
