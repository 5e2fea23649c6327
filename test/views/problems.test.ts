import { expect, test } from 'vitest';
import type { MetricDeclarations } from '../../src/model/metric.ts';
import { deviceTable } from '../../src/model/table.ts';
import { findProblems } from '../../src/views/problems.ts';
import { device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';

const plain = probe(async () => []);
const problem: MetricDeclarations<Probe> = {
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.on },
  problem_reason: { kind: 'text', name: 'Problem reason', value: (r) => r.note },
  hot: { kind: 'boolean', name: 'Too hot', deviceClass: 'problem', value: (r) => r.on },
};
const connection = (category?: 'diagnostic'): MetricDeclarations<Probe>[string] => ({
  kind: 'boolean',
  name: 'Reachable',
  deviceClass: 'connectivity',
  ...(category === undefined ? {} : { category }),
  value: (r) => r.level === undefined || r.level > 0,
});
const withMetrics = (metrics: MetricDeclarations<Probe>) =>
  deviceTable({ title: 'Thing', icon: 'mdi:cube', isMain: true, metrics });
const collector = {
  ...plain,
  tables: {
    ...plain.tables,
    thing: withMetrics({
      ...plain.tables.thing.metrics,
      ...problem,
      reachable: connection(),
      link: connection('diagnostic'),
    }),
  },
};
const part = { id: '/mnt', name: 'Part /mnt' };
const gone = new Error('gone');

const connected = (...readings: Parameters<typeof stateOf>[1][]) => {
  const state = stateOf(collector, ...readings);
  state.broker.connected = true;
  return state;
};
const reported = (state: ReturnType<typeof connected>) =>
  findProblems([collector], state).map(
    ({ subject, text, isSuppressed }) => `${isSuppressed ? '(' : ''}${subject}: ${text}${isSuppressed ? ')' : ''}`,
  );

test('no problem', () => expect(reported(connected([{ table: 'thing', device, reading: { on: false } }]))).toEqual([]));

test('a broker that is disconnected, or refuses', () => {
  const state = connected([]);
  state.broker.error = 'refused';
  expect(reported(state)).toEqual(['Broker mqtt://127.0.0.1:1883: refused']);
  state.broker.connected = false;
  expect(reported(state)).toEqual(['Broker mqtt://127.0.0.1:1883: not connected: refused']);
});

test('a device that can’t be read explains its parts and the devices below it', () => {
  const state = connected([
    { table: 'thing', device, error: gone },
    { table: 'part', device, part, error: gone },
    { table: 'thing', device: { id: 'below', name: 'Below', via: 'Thing 1' }, error: gone },
    { table: 'thing', device: { id: 'fine', name: 'Fine', via: 'Thing 1' }, reading: { on: false } },
  ]);
  expect(reported(state)).toEqual(['Thing: gone', '(Thing Part /mnt: gone)', '(Below: gone)']);
});

test('a part that can’t be read while its device can', () => {
  expect(
    reported(
      connected([
        { table: 'thing', device, reading: { on: false } },
        { table: 'part', device, part, error: gone },
      ]),
    ),
  ).toEqual(['Thing Part /mnt: gone']);
});

test('a failing collector explains its entries', () => {
  const state = connected([
    { table: 'thing', device, reading: { on: true } },
    { table: 'part', device, part, error: gone },
  ]);
  state.record(collector, { ok: false, error: 'broken', at: new Date(), seconds: 1 });
  expect(reported(state)).toEqual(['Probe: broken', '(Thing: Problem)', '(Thing: Too hot)', '(Thing Part /mnt: gone)']);
});

test('problem metrics, with the reason where the table has one; other booleans are no problems', () => {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { on: true, note: 'worn out' } }]);
  state.broker.connected = true;
  expect(reported(state)).toEqual(['Thing: worn out', 'Thing: Too hot']);
});

test('a lost connection is a problem unless a problem or another loss reports it, or it is diagnostic', () => {
  const link: MetricDeclarations<Probe>[string] = {
    kind: 'boolean',
    name: 'Link',
    deviceClass: 'connectivity',
    value: (r) => r.on,
  };
  const links = {
    reachable: { ...link, name: 'Reachable' },
    wan: { ...link, name: 'Internet' },
    socket: { ...link, category: 'diagnostic' as const },
  };
  const bad = { kind: 'boolean' as const, name: 'Problem', deviceClass: 'problem' as const, value: () => true };
  const texts = (metrics: MetricDeclarations<Probe>) => {
    const one = { ...plain, tables: { ...plain.tables, thing: withMetrics(metrics) } };
    const state = stateOf(one, [{ table: 'thing', device, reading: { on: false } }]);
    state.broker.connected = true;
    return findProblems([one], state).map(({ text, isSuppressed }) => (isSuppressed ? `(${text})` : text));
  };
  expect(texts(links)).toEqual(['Reachable: no', '(Internet: no)']);
  expect(texts({ ...links, bad })).toEqual(['Problem', '(Reachable: no)', '(Internet: no)']);
});

test('a lost connection, unless it is diagnostic', () =>
  expect(reported(connected([{ table: 'thing', device, reading: { on: false, level: 0 } }]))).toEqual([
    'Thing: Reachable: no',
  ]));

test('an unknown value may still be what it was, and is suppressed', () =>
  expect(reported(connected([{ table: 'thing', device, reading: {} }]))).toEqual([
    '(Thing: Problem)',
    '(Thing: Too hot)',
  ]));

test('an excluded entry is no problem; a complaint without a device is', () =>
  expect(
    reported(connected([{ table: 'thing', device, excluded: true }, { complaint: 'thing 2 is not there' }])),
  ).toEqual(['Probe: thing 2 is not there']));

test('a lab-wide collector is suppressed without the broker', () => {
  const state = connected([]);
  state.record(collector, { ok: false, error: 'deaf', at: new Date(), seconds: 1 });
  const scope = () =>
    findProblems([{ ...collector, scope: 'lab' }], state).map(({ subject, isSuppressed }) => ({
      subject,
      quiet: isSuppressed,
    }));
  expect(scope()).toEqual([{ subject: 'Probe', quiet: false }]);
  state.broker.connected = false;
  expect(scope()).toEqual([
    { subject: 'Broker mqtt://127.0.0.1:1883', quiet: false },
    { subject: 'Probe', quiet: true },
  ]);
});
