import { expect, test } from 'vitest';
import { buildOtherAgentSections } from '../../../src/views/page/other-agents.ts';
import { agent, probe } from '../../helpers/sample-collector.ts';

const catalogue = [probe(async () => []), { ...probe(async () => [], 'sites'), scope: 'lab' as const }];
const now = new Date('2026-01-02T03:04:05Z');

const lab = (topics: Record<string, string>, ...silent: string[]) =>
  buildOtherAgentSections(
    catalogue,
    agent,
    { topics: new Map(Object.entries(topics)), unresponsive: new Set(silent) },
    now,
  ).map(({ title, note, isFailing, devices }) => ({
    title,
    note,
    isFailing,
    things: devices.map(({ fullName, details, numbers, facts }) => [
      fullName,
      details,
      ...[...numbers, ...facts].map(
        ({ name, value }) =>
          `${name}: ${typeof value === 'object' && value !== undefined && 'text' in value ? value.text : value}`,
      ),
    ]),
  }));

test('the last state of each other agent’s devices, without parts, memories and unknown values', () => {
  expect(
    lab({
      'pi/status': 'online',
      'pi/probe/pi': '{"level":12.5,"on":"ON","mood":"good","note":"waits","rare":null}',
      'pi/probe/s1': '{"level":3}',
      'pi/probe/s1/availability': 'offline',
      'pi/probe/s1/memory': '{"level":3}',
      'pi/retired/x': '{"level":3}',
      'attic/status': 'offline',
      'nas/status': 'online',
      'nas/probe/nas': '{"level":1}',
      'sites/status': 'online',
      'sites/probe/berlin': '{"level":1}',
    }),
  ).toEqual([
    { title: 'attic', note: 'lost: last known values', isFailing: true, things: [] },
    {
      title: 'pi',
      note: 'online',
      isFailing: false,
      things: [
        ['pi: Probe', '', 'Level: <b>12.5</b>\u202f%', 'On: yes', 'Mood: good'],
        ['pi: Probe s1', 'unavailable: last known values', 'Level: <b>3.0</b>\u202f%'],
      ],
    },
  ]);
});

test('an agent that is online by its status but does not answer is lost', () => {
  expect(lab({ 'pi/status': 'online' }, 'pi')).toMatchObject([{ note: 'lost: last known values', isFailing: true }]);
});

test.each(['no json', '3', '[]', '{"level":"<script>","since":"<script>","note":"<script>","firmware":3}'])(
  'a state of %s does no harm',
  (payload) => {
    expect(JSON.stringify(lab({ 'pi/status': 'online', 'pi/probe/pi': payload }))).not.toContain('<script>');
  },
);

test('unknown values of any kind are not shown', () => {
  const silent = Object.fromEntries(
    ['level', 'total', 'on', 'mood', 'since', 'firmware', 'rare'].map((key) => [key, null]),
  );
  expect(lab({ 'pi/status': 'online', 'pi/probe/pi': JSON.stringify(silent) })).toMatchObject([
    { things: [['pi: Probe', '']] },
  ]);
  expect(lab({ 'pi/status': 'online', 'pi/probe/pi': '{"level":3,"firmware":null}' })).toMatchObject([
    { things: [['pi: Probe', '', 'Level: <b>3.0</b>\u202f%']] },
  ]);
});
