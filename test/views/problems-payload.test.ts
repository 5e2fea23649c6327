import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { declareDeviceTable } from '../../src/model/table.ts';
import { parseProblemsPayload, parseRestoredProblems, problemsPayload } from '../../src/views/problems-payload.ts';
import { agent, device, probe } from '../helpers/sample-collector.ts';

const plain = probe(async () => []);
const at = new Date('2026-01-02T03:04:05Z');
/** A thing whose `note` are the keys of its findings. */
const collector = {
  ...plain,
  tables: {
    ...plain.tables,
    thing: declareDeviceTable({
      title: 'Thing',
      icon: 'mdi:cube',
      isMain: true,
      metrics: {},
      problems: ({ note = '' }: { note?: string | undefined }) =>
        note
          .split(' ')
          .filter(Boolean)
          .map((key) => ({
            key,
            severity: key.startsWith('notice') ? 'notice' : 'degraded',
            text: `${key} is wrong`,
            step: 1,
            ...(key === 'gone' ? { explainsDevice: true } : {}),
            remedy: 'mend it',
          })),
    }),
  },
} as typeof plain;

function stateWith(note: string | undefined, more: object = {}): MutableAgentState {
  const state = new MutableAgentState('mqtt://127.0.0.1:1883');
  state.add(collector);
  state.broker.connected = true;
  if (note !== undefined)
    state.record(collector, {
      ok: true,
      observations: [{ table: 'thing', device: { ...device, ...more }, reading: { note } }],
      at,
      seconds: 0.1,
    });
  return state;
}

const toldThing = { path: 'probe/thing_1', subject: 'Thing', severity: 'degraded' as const, text: '', since: at };

const payload = (state: MutableAgentState) => problemsPayload([collector], agent, state);
const parsed = (state: MutableAgentState) => JSON.parse(payload(state) ?? 'null');

test('the address of the page is that of the agent’s own device', () => {
  const configurationUrl = 'http://192.168.2.5:8000/';
  // What a ping target of the agent's name has is another page.
  const state = stateWith('', { id: agent.id, configurationUrl: 'https://10.0.0.9' });
  expect(parsed(state)).not.toHaveProperty('page');
  const ofAgent = probe(async () => [], 'agent');
  state.add(ofAgent);
  const own = { table: 'thing' as const, device: { id: agent.id, name: agent.name, configurationUrl }, reading: {} };
  state.record(ofAgent, { ok: true, observations: [own], at, seconds: 0.1 });
  expect(parsed(state).page).toBe(configurationUrl);
  expect(parseProblemsPayload(payload(state) ?? '')?.page).toBe(configurationUrl);
});

test('nothing is claimed before each collector has had its first outcome', () => {
  expect(payload(stateWith(undefined))).toBeUndefined();
  const failed = stateWith(undefined);
  failed.record(collector, { ok: false, error: 'broken', at, seconds: 1 });
  expect(parsed(failed)).toMatchObject({ worst: 'degraded', count: 1, reason: 'Probe: broken' });
});

test('all is well: an empty list', () =>
  expect(payload(stateWith(''))).toBe('{"agent":"nas","worst":null,"count":0,"reason":null,"problems":[],"told":[]}'));

test('a list with all that it says', () => {
  const state = stateWith('hot gone', { serialNumber: 'S4' });
  state.problemMemory.markTold('probe/thing_1/gone', toldThing);
  expect(parsed(state)).toEqual({
    agent: 'nas',
    worst: 'degraded',
    count: 1,
    reason: 'Thing: gone is wrong',
    problems: [
      {
        id: 'probe/thing_1/gone',
        cause: 'S4/gone',
        place: 'device',
        subject: 'Thing',
        severity: 'degraded',
        text: 'gone is wrong',
        since: '2026-01-02T03:04:05.000Z',
        certain: true,
        step: 1,
        remedy: 'mend it',
        serial_number: 'S4',
      },
      expect.objectContaining({ id: 'probe/thing_1/hot', explained_by: 'probe/thing_1/gone' }),
    ],
    told: [{ id: 'probe/thing_1/gone', subject: 'Thing', severity: 'degraded', text: '', since: at.toISOString() }],
  });
});

test('at most twenty problems and eight kilobytes, but all are counted', () => {
  const many = Array.from({ length: 30 }, (_, number) => `key${number}`).join(' ');
  expect(parsed(stateWith(many))).toMatchObject({ count: 30, problems: { length: 20 } });
  const long = Array.from({ length: 20 }, (_, number) => `${'x'.repeat(400)}${number}`).join(' ');
  const text = payload(stateWith(long)) ?? '';
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8000);
  expect(JSON.parse(text).problems.length).toBeGreaterThan(3);
});

test('an identity for the whole lab says nothing of its broker', () => {
  const state = stateWith('');
  state.broker.error = 'refused';
  expect(JSON.parse(problemsPayload([{ ...collector, scope: 'lab' }], agent, state) ?? '').count).toBe(0);
  expect(parsed(state).count).toBe(1);
});

test('what was published is restored', () => {
  const state = stateWith('hot');
  state.problemMemory.markTold('probe/thing_1/hot', toldThing);
  expect(parseRestoredProblems(payload(state) ?? '')).toEqual([
    {
      path: 'probe/thing_1',
      subject: 'Thing',
      cause: 'nas/probe/thing_1/hot',
      finding: { key: 'hot', severity: 'degraded', text: 'hot is wrong', since: at, isCertain: false, step: 1 },
      toldSeverity: 'degraded',
    },
  ]);
});

test('what has ended is restored too while its end was not told', () => {
  const state = stateWith('');
  state.problemMemory.markTold('probe/thing_1/hot', { ...toldThing, text: 'hot is wrong' });
  state.problemMemory.markTold('other/thing_1/hot', { ...toldThing, path: 'other/thing_1' });
  const [over, ...others] = parseRestoredProblems(payload(state) ?? '');
  expect(over).toMatchObject({ path: 'probe/thing_1', toldSeverity: 'degraded', isOver: true });
  expect(others).toEqual([]);
  const next = stateWith('');
  next.problemMemory.restore(over === undefined ? [] : [over], at);
  expect([...next.toldProblems.keys()]).toEqual(['probe/thing_1/hot']);
  expect(next.restoredProblems.size).toBe(0);
  state.problemMemory.markUntold('probe/thing_1/hot');
  expect(parsed(state).told).toEqual([]);
});

test('a notice is in the list, but no fault is counted', () =>
  expect(parsed(stateWith('notice'))).toMatchObject({ worst: 'notice', count: 0, problems: { length: 1 } }));

test('what others write on the topic does no harm', () => {
  for (const text of ['', 'x', '[]', '{}', '{"worst":null,"count":0,"reason":null,"problems":[{}]}'])
    expect(parseProblemsPayload(text)).toBeUndefined();
  fc.assert(fc.property(fc.json(), (text) => void parseRestoredProblems(text)));
});

test('an odd field of a list costs that field, or its problem, and nothing else', () => {
  const problem = {
    id: 'host/pi/a',
    cause: 'host/pi/a',
    place: 'device',
    subject: 'pi',
    severity: 'degraded',
    text: 'is wrong',
    since: '2026-01-02T03:04:05.000Z',
    certain: true,
    explained_by: 'x',
    step: 1,
    clears_at: 'x',
    remedy: 'x',
    serial_number: 'x',
  };
  const other = { ...problem, id: 'host/pi/b' };
  const list = {
    agent: 'pi',
    machine: 'm',
    page: 'http://pi',
    worst: 'degraded',
    count: 2,
    reason: 'is wrong',
    problems: [problem, other],
    told: [problem],
  };
  const read = (changes: object) => parseProblemsPayload(JSON.stringify({ ...list, ...changes }));
  const optional = ['place', 'certain', 'explained_by', 'step', 'clears_at', 'remedy', 'serial_number'];
  for (const odd of [null, [1], { x: 1 }]) {
    for (const field of ['agent', 'machine', 'page', 'worst', 'count', 'reason', 'told'])
      expect(read({ [field]: odd })?.problems).toHaveLength(2);
    for (const field of Object.keys(problem)) {
      const found = read({
        problems: [{ ...problem, [field]: odd }, other],
        told: [{ ...problem, [field]: odd }, other],
      });
      expect(found?.problems.at(-1)).toEqual(other);
      expect(found?.problems).toHaveLength(optional.includes(field) ? 2 : 1);
      expect(found?.told.at(-1)?.id).toBe(other.id);
      expect(found?.count).toBe(2);
    }
    expect(read({ problems: [odd, other] })?.problems).toEqual([other]);
    // That nothing is wrong would be a claim.
    expect(read({ problems: [odd] })).toBeUndefined();
    expect(read({ problems: [], count: odd })).toBeUndefined();
  }
  expect(read({ problems: [], count: 0 })?.problems).toEqual([]);
  expect(read({ problems: Array.from({ length: 21 }, () => other) })?.problems).toHaveLength(20);
});
