import { expect, test } from 'vitest';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { RecentMetricHistory } from '../../src/loop/recent-metric-history.ts';
import type { ObservationOrComplaint } from '../../src/model/collector.ts';
import { device, type Probes, probe } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 0, 1, 12, minute, second));
const level = (value: number): ObservationOrComplaint<Probes> => ({
  table: 'thing',
  device,
  reading: { level: value, total: value },
});
const lost: ObservationOrComplaint<Probes> = { table: 'thing', device, error: new Error('no answer') };

function hour(...readings: [Date, ObservationOrComplaint<Probes>][]) {
  const records = new MutableAgentState('mqtt://broker');
  records.add(collector);
  const history = new RecentMetricHistory();
  for (const [when, observation] of readings) {
    records.record(collector, { ok: true, observations: [observation], at: when, seconds: 0 });
    const state = records.collectors.get('probe');
    if (state !== undefined) history.record(collector, state, when);
  }
  return history;
}
const end = (history: RecentMetricHistory, now: Date, minutes: number) =>
  history.lineOf('hour', 'probe', 'thing_1', 'level', now)?.values.slice(-minutes);

test('a minute has its last value, which lasts until the next one', () => {
  const history = hour([at(0), level(10)], [at(0, 30), level(20)], [at(3), level(30)]);
  expect(end(history, at(4), 6)).toEqual([undefined, 20, 20, 20, 30, 30]);
  expect(history.lineOf('hour', 'probe', 'thing_1', 'level', at(4))?.values).toHaveLength(60);
});

test('an unreadable value is a gap', () => {
  expect(end(hour([at(0), level(10)], [at(1), lost], [at(3), level(30)]), at(3), 4)).toEqual([
    10,
    undefined,
    undefined,
    30,
  ]);
});

test('an hour and no more', () => {
  const readings = Array.from({ length: 200 }, (_, minute): [Date, ObservationOrComplaint<Probes>] => [
    at(minute),
    level(minute % 100),
  ]);
  const history = hour(...readings);
  expect(history.lineOf('hour', 'probe', 'thing_1', 'level', at(199))?.values).toEqual(
    Array.from({ length: 60 }, (_, index) => (140 + index) % 100),
  );
  expect(end(history, at(259), 60)).toEqual(Array.from({ length: 60 }, () => 99));
});

test('setting the clock back clears the history', () => {
  expect(end(hour([at(30), level(10)], [at(5), level(20)]), at(5), 60)).toEqual([
    ...Array.from({ length: 59 }, () => undefined),
    20,
  ]);
});

const switchable = {
  ...collector,
  tables: {
    ...collector.tables,
    thing: {
      ...collector.tables.thing,
      metrics: { on: { ...collector.tables.thing.metrics.on, deviceClass: 'connectivity' } },
    },
  },
} as typeof collector;

test('whether something can be reached is 1 or 0, and nothing while it can’t be read', () => {
  const records = new MutableAgentState('mqtt://broker');
  records.add(switchable);
  const history = new RecentMetricHistory();
  const readings: ObservationOrComplaint<Probes>[] = [
    { table: 'thing', device, reading: { on: true } },
    { table: 'thing', device, reading: { on: false } },
    lost,
  ];
  readings.forEach((observation, minute) => {
    records.record(switchable, { ok: true, observations: [observation], at: at(minute), seconds: 0 });
    const state = records.collectors.get('probe');
    if (state !== undefined) history.record(switchable, state, at(minute));
  });
  const lineOf = (range: 'hour' | 'day') => history.lineOf(range, 'probe', 'thing_1', 'on', at(2))?.values.slice(-4);
  expect(lineOf('hour')).toEqual([undefined, 1, 0, undefined]);
  expect(lineOf('day')).toEqual([undefined, undefined, undefined, 0.5]);
});

test('no other number has a history', () => {
  const history = hour([at(0), level(10)]);
  expect(history.lineOf('hour', 'probe', 'thing_1', 'total', at(0))).toBeUndefined();
  expect(history.lineOf('day', 'probe', 'other', 'level', at(0))).toBeUndefined();
});
