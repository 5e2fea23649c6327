import { expect, test } from 'vitest';
import { buildCollectorReadings } from '../../src/views/status.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);

test('the last readings with units, parts below their device, and why something can’t be read', () => {
  const part = { id: '/mnt', name: 'Part /mnt' };
  const state = stateOf(collector, [
    { table: 'thing', device: { ...device, model: 'X1' }, reading: { level: 1, on: false } },
    { table: 'part', device, part, error: new Error('gone') },
    { table: 'part', device, part: { id: 'out', name: 'Out' }, excluded: true },
  ]);
  const { devices, ...rest } = buildCollectorReadings(collector, { ...agent, site: 'Berlin' }, state) ?? {
    devices: [],
  };
  expect(rest).toEqual({
    agent: 'nas',
    site: 'Berlin',
    collector: 'probe',
    ok: true,
    complaints: [],
    lastSuccess: '2026-01-02T03:04:06.000Z',
  });
  expect(devices).toMatchObject([
    {
      id: 'thing_1',
      name: 'Thing',
      model: 'X1',
      available: true,
      values: {
        level: { name: 'Level', value: 1, unit: '%' },
        on: { name: 'On', value: false },
        note: { name: 'Note', value: null },
      },
      parts: [
        {
          kind: 'part',
          id: '/mnt',
          name: 'Part /mnt',
          available: false,
          error: 'gone',
          values: { level: { value: null } },
        },
      ],
    },
  ]);
});

test('an inactive collector has none', () =>
  expect(
    buildCollectorReadings(
      probe(async () => [], 'other'),
      agent,
      stateOf(collector),
    ),
  ).toBeUndefined());
