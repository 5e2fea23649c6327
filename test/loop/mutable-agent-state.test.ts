import { describe, expect, test } from 'vitest';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { bounds } from '../../src/model/bounds.ts';
import type { ObservationOrComplaint } from '../../src/model/collector.ts';
import { stopClock } from '../helpers/clock.ts';
import { device, type Probes, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const whole = (level: number): ObservationOrComplaint<Probes> => ({ table: 'thing', device, reading: { level } });
const piece = (id: string, more: object): ObservationOrComplaint<Probes> =>
  ({ table: 'part', device, part: { id, name: id }, ...more }) as ObservationOrComplaint<Probes>;

function recorder() {
  const records = new MutableAgentState('');
  records.add(collector);
  const record = (second: number, ...observations: ObservationOrComplaint<Probes>[]) =>
    records.record(collector, { ok: true, observations, at: at(second), seconds: 0 });
  const fail = (second: number, error: string) =>
    records.record(collector, { ok: false, error, at: at(second), seconds: 0 });
  return { records, record, fail, entries: () => records.collectors.get('probe')?.entries };
}

test('an outage and its end are reported once, with the duration', () => {
  const { record } = recorder();
  expect(record(0, whole(1), piece('a', { reading: { level: 1 } }))).toEqual([]);
  expect(record(10, whole(1), piece('a', { error: new Error('gone') }))).toEqual([
    { subject: 'Thing a', error: 'gone' },
  ]);
  expect(record(20, whole(1), piece('a', { error: new Error('gone') }))).toEqual([]);
  expect(record(70, whole(1), piece('a', { reading: { level: 2 } }))).toEqual([{ subject: 'Thing a', seconds: 60 }]);
});

test('a part that fails does not affect its siblings and keeps its last sample', () => {
  const { record, entries } = recorder();
  record(0, whole(1), piece('a', { reading: { level: 5 } }));
  record(1, whole(9), piece('a', { error: new Error('gone') }));
  expect(entries()?.get('thing_1')).toMatchObject({ sample: { level: 9 } });
  expect(entries()?.get('thing_1/part_a')).toMatchObject({ error: 'gone', sample: { level: 5 } });
});

test('a device that is no longer found stays as unreadable', () => {
  const { record, entries } = recorder();
  record(0, whole(1), piece('a', { reading: {} }));
  expect(record(1, whole(1))).toEqual([{ subject: 'Thing a', error: 'no longer present' }]);
  expect(record(2, whole(1))).toEqual([]);
  expect(entries()?.has('thing_1/part_a')).toBe(true);
});

test('a drive that is no longer found is told with what was mounted on it, its parts without', () => {
  const { record } = recorder();
  const drive = { ...device, mounts: ['/srv', '/media'] };
  const both = [
    { table: 'thing', device: drive, reading: { level: 1 } },
    { table: 'part', device: drive, part: { id: 'a', name: 'a' }, reading: {} },
  ] as const;
  expect(record(0, ...both)).toEqual([]);
  expect(record(1)).toEqual([
    { subject: 'Thing', error: 'no longer present; /srv, /media was on it' },
    { subject: 'Thing a', error: 'no longer present' },
  ]);
});

test('a collector that fails is reported once, and counted', () => {
  const { records, record, fail } = recorder();
  record(0, whole(1));
  expect(fail(1, 'broken')).toEqual([{ subject: 'probe', error: 'broken' }]);
  expect(fail(2, 'broken')).toEqual([]);
  expect(records.collectors.get('probe')).toMatchObject({ error: 'broken', consecutiveFailures: 2 });
  expect(record(30, whole(1))).toEqual([{ subject: 'probe', seconds: 30 }]);
  expect(records.collectors.get('probe')).toMatchObject({ consecutiveFailures: 0 });
});

test('an impossible value is unknown and reported once, and again only after a possible one', () => {
  const { record, entries } = recorder();
  const told = { subject: 'Thing a', impossibleValue: 'Level: 104 % is above the maximum of 100 %' };
  const level = (second: number, value: number | undefined) =>
    record(second, whole(1), piece('a', { reading: { level: value } }));
  level(0, 5);
  expect(level(1, 104)).toEqual([told]);
  expect(entries()?.get('thing_1/part_a')).toMatchObject({ sample: { level: null }, rawNumbers: {} });
  expect(level(2, -7)).toEqual([]);
  expect(level(3, undefined)).toEqual([]);
  record(4, whole(1), piece('a', { error: new Error('gone') }));
  expect(level(5, 104)).toEqual([{ subject: 'Thing a', seconds: 1 }]);
  expect(level(6, 50)).toEqual([{ subject: 'Thing a', possibleMetric: 'Level' }]);
  expect(entries()?.get('thing_1/part_a')).toMatchObject({ sample: { level: 50 }, rawNumbers: { level: 0.5 } });
  expect(level(7, 50)).toEqual([]);
  expect(level(8, 104)).toEqual([told]);
});

test('two parts with the same slug stay separate', () => {
  const { record, entries } = recorder();
  record(0, whole(1), piece('/a/b', { reading: { level: 1 } }), piece('/a_b', { reading: { level: 2 } }));
  expect([...(entries()?.keys() ?? [])]).toEqual([
    'thing_1',
    'thing_1/part_a_b',
    expect.stringMatching(/^thing_1\/part_a_b_[0-9a-f]{6}$/),
  ]);
});

test('the discovery revision changes with devices, parts and announced metrics, and not with values', () => {
  const { records, record } = recorder();
  record(0, whole(1));
  const first = records.discoveryRevision;
  record(1, whole(2));
  expect(records.discoveryRevision).toBe(first);
  record(2, { table: 'thing', device, reading: { level: 1, rare: 1 } });
  const second = records.discoveryRevision;
  expect(second).toBeGreaterThan(first);
  record(3, { table: 'thing', device: { ...device, model: 'X' }, reading: { level: 1 } });
  expect(records.discoveryRevision).toBeGreaterThan(second);
});

test('what gets or loses a button to forget it is announced anew', () => {
  const { records, record } = recorder();
  const revisions = new Set<number>();
  const steps = [[whole(1)], [], [whole(1)], [{ ...whole(1), canBeForgotten: true }], [whole(1)]];
  for (const [second, observations] of steps.entries()) {
    record(second, ...(observations as ObservationOrComplaint<Probes>[]));
    revisions.add(records.discoveryRevision);
  }
  expect(revisions.size).toBe(steps.length);
});

test('a part with another name is announced anew', () => {
  const { records, record } = recorder();
  const named = (name: string) => ({ ...piece('a', { reading: { level: 1 } }), part: { id: 'a', name } });
  record(0, named('Disk sda') as ObservationOrComplaint<Probes>);
  const before = records.discoveryRevision;
  record(1, named('Disk sda') as ObservationOrComplaint<Probes>);
  expect(records.discoveryRevision).toBe(before);
  record(2, named('Disk sdb') as ObservationOrComplaint<Probes>);
  expect(records.discoveryRevision).toBeGreaterThan(before);
});

test('an optional metric that had a value stays announced', () => {
  const records = stateOf(
    collector,
    [{ table: 'thing', device, reading: { rare: 1 } }],
    [{ table: 'thing', device, reading: {} }],
  );
  expect(records.collectors.get('probe')?.entries.get('thing_1')?.presentMetrics.has('rare')).toBe(true);
});

test('forgetting a device drops only its unreadable entries', () => {
  const { records, record, entries } = recorder();
  record(0, whole(1), piece('a', { reading: {} }));
  record(1, whole(1));
  records.forgetDevice('thing_1');
  expect([...(entries()?.keys() ?? [])]).toEqual(['thing_1']);
});

test('parts that come and go under ever new names are withdrawn, and then forgotten, the oldest first', () => {
  const { records, record, entries } = recorder();
  const { items } = bounds.missingParts;
  for (let second = 0; second <= 3 * items; second += 1)
    record(second, whole(1), piece(`mount ${second}`, { reading: { level: 1 } }));
  const parts = [...(entries()?.values() ?? [])].filter(({ part }) => part !== undefined);
  const withdrawn = parts.filter(({ excluded }) => excluded);
  expect(parts.length).toBe(2 * items + 1);
  // What they have left on the broker is cleared.
  expect([...records.forgotten]).toEqual(
    Array.from({ length: items }, (_, index) => `probe/thing_1/part_mount_${index}`),
  );
  expect(withdrawn.map(({ part }) => part?.id)).toEqual(
    Array.from({ length: items }, (_, index) => `mount ${items + index}`),
  );
  const again = withdrawn[7]?.part?.id ?? '';
  record(10_000, whole(1), piece(again, { reading: { level: 2 } }));
  expect([...(entries()?.values() ?? [])].find(({ part }) => part?.id === again)).not.toHaveProperty('excluded');
});

test('parts that only an earlier process has seen are forgotten beyond the bound, once they had the time to be read', () => {
  const { turn } = stopClock();
  const { records, record } = recorder();
  const { items } = bounds.missingParts;
  records.restoreAnnouncedParts(Array.from({ length: items + 50 }, (_, index) => `probe/thing_1/part_old_${index}`));
  record(1, whole(1), piece('a', { reading: {} }), piece('old 3', { reading: {} }));
  turn(599);
  record(2, whole(1), piece('old 3', { reading: {} }));
  expect(records.forgotten.size).toBe(0);
  turn(1);
  const revision = records.discoveryRevision;
  record(3, whole(1), piece('old 3', { reading: {} }));
  // One of them is there, and one of this process is gone.
  expect(records.forgotten.size).toBe(50);
  expect(records.forgotten.has('probe/thing_1/part_old_3')).toBe(false);
  expect(records.discoveryRevision).toBeGreaterThan(revision);
  const [forgotten = ''] = records.forgotten;
  const back = piece(forgotten.replace('probe/thing_1/part_', '').replace('_', ' '), { reading: {} });
  record(4, whole(1), piece('old 3', { reading: {} }), back);
  expect(records.forgotten.has(forgotten)).toBe(false);
  expect(records.forgotten.size).toBe(49);
});

describe('forgetting what is gone', () => {
  const thing = { collector: 'probe', device: 'thing_1' };
  const usb = { ...thing, part: { table: 'part', id: 'usb' } };
  const whole = { table: 'thing' as const, device, reading: {} };
  const piece = { table: 'part' as const, device, part: { id: 'usb', name: 'usb' }, reading: {} };
  const collector = probe(async () => []);

  test('a part that is gone is forgotten until it is back', () => {
    const state = stateOf(collector, [whole, piece], [whole]);
    const revision = state.discoveryRevision;
    expect(state.forgetMissing(usb)).toBe(true);
    expect([...state.forgotten]).toEqual(['probe/thing_1/part_usb']);
    expect([...(state.collectors.get('probe')?.entries.keys() ?? [])]).toEqual(['thing_1']);
    expect(state.discoveryRevision).toBeGreaterThan(revision);
    state.record(collector, { ok: true, observations: [whole, piece], at: new Date(), seconds: 0 });
    expect([...state.forgotten]).toEqual([]);
    expect([...(state.collectors.get('probe')?.entries.keys() ?? [])]).toEqual(['thing_1', 'thing_1/part_usb']);
  });

  test('a device that is gone is forgotten with its parts, also one that only an earlier process has seen', () => {
    const state = stateOf(collector, [whole, piece], []);
    state.forgetMissing(thing);
    expect(state.collectors.get('probe')?.entries.size).toBe(0);
    expect([...state.forgotten]).toEqual(['probe/thing_1']);
    state.problemMemory.restoreAnnounced([{ path: 'probe/older', name: 'older' }], new Date());
    expect(state.forgetMissing({ collector: 'probe', device: 'older' })).toBe(true);
    expect(state.forgetMissing({ collector: 'probe', device: 'older' })).toBe(false);
    expect(state.forgotten.has('probe/older')).toBe(true);
  });

  test('what is there, or may be, is not forgotten', () => {
    const state = stateOf(collector, [whole, piece]);
    expect(() => state.forgetMissing(usb)).toThrow('still there');
    expect(() => state.forgetMissing(thing)).toThrow('still there');
    expect(() => stateOf(collector).forgetMissing(usb)).toThrow('not known');
    state.record(collector, { ok: false, error: 'broken', at: new Date(), seconds: 0 });
    expect(() => state.forgetMissing(thing)).toThrow('not known');
    expect(() => state.forgetMissing({ collector: 'none', device: 'thing_1' })).toThrow('unknown collector');
    expect([...state.forgotten]).toEqual([]);
  });
});

test('what is forgotten by the thousand is bounded: the latest stay', () => {
  const state = stateOf(
    probe(async () => []),
    [{ table: 'thing', device, reading: {} }],
  );
  for (let index = 0; index < 1_005; index += 1) state.forgetMissing({ collector: 'probe', device: `ghost_${index}` });
  expect(state.forgotten.size).toBe(1_000);
  expect(state.forgotten.has('probe/ghost_1004')).toBe(true);
  expect(state.forgotten.has('probe/ghost_4')).toBe(false);
});
