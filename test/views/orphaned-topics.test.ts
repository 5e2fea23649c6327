import { expect, test } from 'vitest';
import { emptyOrOfflineOrphanPayloads } from '../../src/views/orphaned-topics.ts';
import { stateAndMemoryPayloadsByTopic } from '../../src/views/state-and-event-payloads.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const memory = { parse: () => undefined, merge: <T>(ours: T) => ours };
const collector = { ...probe(async () => []), memory };
const off = { ...probe(async () => [], 'off'), memory };
const forgetful = probe(async () => [], 'forgetful');

test('a topic that can’t be declared any more is removed; one that was merely not read stays', () => {
  const state = stateOf(collector, [
    { table: 'thing', device, reading: {} },
    { table: 'part', device, part: { id: 'out', name: 'Out' }, excluded: true },
  ]);
  const topics = [
    'status',
    'probe/thing_1',
    'probe/thing_1/availability',
    'probe/thing_1/memory',
    'probe/thing_1/part_usb',
    'probe/thing_1/part_usb/availability',
    'probe/thing_1/part_out',
    'probe/thing_1/part_out/availability',
    'probe/thing_1/attic_x',
    'probe/thing_2',
    'probe/thing_2/availability',
    'off/thing_1',
    'off/thing_1/memory',
    'forgetful/thing_1/memory',
    'unknown/thing_1',
    'unknown/thing_1/memory',
  ];
  const retained = new Map([
    ...topics.map((topic): [string, string] => [`infra-monitor/nas/${topic}`, 'x']),
    ['infra-monitor/other/unknown/x', 'x'],
    ['homeassistant/status', 'online'],
  ]);
  const current = stateAndMemoryPayloadsByTopic([collector], agent, state);
  expect(
    Object.fromEntries(
      emptyOrOfflineOrphanPayloads([collector, off, forgetful], agent, state, retained.keys(), current),
    ),
  ).toEqual({
    'infra-monitor/nas/probe/thing_1/part_usb/availability': 'offline',
    'infra-monitor/nas/probe/thing_1/part_out': '',
    'infra-monitor/nas/probe/thing_1/part_out/availability': '',
    'infra-monitor/nas/probe/thing_1/attic_x': '',
    'infra-monitor/nas/probe/thing_2/availability': 'offline',
    'infra-monitor/nas/off/thing_1': '',
    'infra-monitor/nas/forgetful/thing_1/memory': '',
    'infra-monitor/nas/unknown/thing_1': '',
    'infra-monitor/nas/unknown/thing_1/memory': '',
  });
});
