import { expect, test } from 'vitest';
import { stateAndMemoryPayloadsByTopic } from '../../src/views/state-and-event-payloads.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const at = new Date('2026-01-02T03:04:06Z');
const piece = (id: string, more: object) =>
  ({ table: 'part' as const, device, part: { id, name: id }, ...more }) as never;

test('every key is in every payload, booleans as ON and OFF, a missing value as null', () => {
  const reading = { level: 41.23, on: true, since: at, firmware: { installed: '1', latest: '2' } };
  const state = stateOf(collector, [
    { table: 'thing', device, reading },
    piece('a', { error: new Error('gone') }),
    piece('b', { excluded: true }),
  ]);
  expect(Object.fromEntries(stateAndMemoryPayloadsByTopic([collector], agent, state))).toMatchInlineSnapshot(`
    {
      "infra-monitor/nas/probe/thing_1": "{"level":41.2,"total":null,"on":"ON","mood":null,"note":null,"since":"2026-01-02T03:04:06Z","firmware":{"installed":"1","latest":"2"},"rare":null}",
      "infra-monitor/nas/probe/thing_1/availability": "online",
      "infra-monitor/nas/probe/thing_1/part_a": "{"level":null}",
      "infra-monitor/nas/probe/thing_1/part_a/availability": "offline",
      "infra-monitor/nas/problems": "{"agent":"nas","worst":"degraded","count":1,"reason":"Thing a: gone","problems":[{"id":"probe/thing_1/part_a/unreadable","cause":"nas/probe/thing_1/a/unreadable","place":"part","subject":"Thing a","severity":"degraded","text":"gone","since":"2026-01-02T03:04:06.000Z","certain":true}],"told":[]}",
    }
  `);
});

test('a failing collector makes all of its devices unavailable and keeps their states', () => {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  state.record(collector, { ok: false, error: 'broken', at, seconds: 0 });
  const topics = stateAndMemoryPayloadsByTopic([collector], agent, state);
  expect(topics.get('infra-monitor/nas/probe/thing_1/availability')).toBe('offline');
  expect(topics.get('infra-monitor/nas/probe/thing_1')).toContain('"level":1');
});
