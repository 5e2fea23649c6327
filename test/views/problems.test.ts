import { expect, test } from 'vitest';
import type { Metrics } from '../../src/model/metric.ts';
import { findProblems } from '../../src/views/problems.ts';
import { device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';

const plain = probe(async () => []);
const problem: Metrics<Probe> = {
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.on },
  problem_reason: { kind: 'text', name: 'Problem reason', value: (r) => r.note },
  hot: { kind: 'boolean', name: 'Too hot', deviceClass: 'problem', value: (r) => r.on },
};
const connection = (category?: 'diagnostic'): Metrics<Probe>[string] => ({
  kind: 'boolean',
  name: 'Reachable',
  deviceClass: 'connectivity',
  ...(category === undefined ? {} : { category }),
  value: (r) => r.level === undefined || r.level > 0,
});
const collector = {
  ...plain,
  metrics: {
    thing: { ...plain.metrics.thing, ...problem, reachable: connection(), link: connection('diagnostic') },
    part: plain.metrics.part,
  },
};
const part = { id: '/mnt', name: 'Part /mnt' };
const gone = new Error('gone');

const connected = (...readings: Parameters<typeof stateOf>[1][]) => {
  const state = stateOf(collector, ...readings);
  state.broker.connected = true;
  return state;
};
const told = (state: ReturnType<typeof connected>) =>
  findProblems([collector], state).map(
    ({ subject, text, isSuppressed }) => `${isSuppressed ? '(' : ''}${subject}: ${text}${isSuppressed ? ')' : ''}`,
  );

test('all is well', () => expect(told(connected([{ table: 'thing', device, reading: { on: false } }]))).toEqual([]));

test('a broker that is away, or refuses', () => {
  const state = connected([]);
  state.broker.error = 'refused';
  expect(told(state)).toEqual(['Broker mqtt://127.0.0.1:1883: refused']);
  state.broker.connected = false;
  expect(told(state)).toEqual(['Broker mqtt://127.0.0.1:1883: not connected: refused']);
});

test('a device that can’t be read explains its parts, and what hangs below it', () => {
  const state = connected([
    { table: 'thing', device, error: gone },
    { table: 'part', device, part, error: gone },
    { table: 'thing', device: { id: 'below', name: 'Below', via: 'Thing 1' }, error: gone },
    { table: 'thing', device: { id: 'fine', name: 'Fine', via: 'Thing 1' }, reading: { on: false } },
  ]);
  expect(told(state)).toEqual(['Thing: gone', '(Thing Part /mnt: gone)', '(Below: gone)']);
});

test('a part that can’t be read while its device can', () => {
  expect(
    told(
      connected([
        { table: 'thing', device, reading: { on: false } },
        { table: 'part', device, part, error: gone },
      ]),
    ),
  ).toEqual(['Thing Part /mnt: gone']);
});

test('a collector that fails explains all that it saw before', () => {
  const state = connected([
    { table: 'thing', device, reading: { on: true } },
    { table: 'part', device, part, error: gone },
  ]);
  state.record(collector, { ok: false, error: 'broken', at: new Date(), seconds: 1 });
  expect(told(state)).toEqual(['Probe: broken', '(Thing: Problem)', '(Thing: Too hot)', '(Thing Part /mnt: gone)']);
});

test('problem flags, with the reason where a table has one; other flags are no trouble', () => {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { on: true, note: 'worn out' } }]);
  state.broker.connected = true;
  expect(told(state)).toEqual(['Thing: worn out', 'Thing: Too hot']);
});

test('a connection that is not there is trouble unless a problem or another loss tells it, or it is a diagnostic', () => {
  const link: Metrics<Probe>[string] = {
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
  const texts = (metrics: Metrics<Probe>) => {
    const one = { ...plain, metrics: { thing: metrics, part: plain.metrics.part } };
    const state = stateOf(one, [{ table: 'thing', device, reading: { on: false } }]);
    state.broker.connected = true;
    return findProblems([one], state).map(({ text, isSuppressed }) => (isSuppressed ? `(${text})` : text));
  };
  expect(texts(links)).toEqual(['Reachable: no', '(Internet: no)']);
  expect(texts({ ...links, bad })).toEqual(['Problem', '(Reachable: no)', '(Internet: no)']);
});

test('a connection that is lost, but not one among the diagnostics', () =>
  expect(told(connected([{ table: 'thing', device, reading: { on: false, level: 0 } }]))).toEqual([
    'Thing: Reachable: no',
  ]));

test('what is not known may still be as it was, and nobody has to hear of it', () =>
  expect(told(connected([{ table: 'thing', device, reading: {} }]))).toEqual(['(Thing: Problem)', '(Thing: Too hot)']));

test('what the settings leave out is no trouble; what belongs to no device is', () =>
  expect(told(connected([{ table: 'thing', device, excluded: true }, { complaint: 'thing 2 is not there' }]))).toEqual([
    'Probe: thing 2 is not there',
  ]));

test('what hears of the lab over the broker is silent without it', () => {
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
