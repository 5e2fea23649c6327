import { describe, expect, test } from 'vitest';
import type { AutomaticBackupTimes } from '../../../src/collectors/home-assistant/instance-backups.ts';
import { instanceFindings } from '../../../src/collectors/home-assistant/problems.ts';
import type { InstanceReading } from '../../../src/collectors/home-assistant/reading.ts';
import { findingsAfter } from '../../helpers/findings.ts';

const visited = (reachable: boolean, state: string, hint?: string) =>
  ({ visit: { reachable, state }, hint: hint && (() => hint) }) as InstanceReading;
const wrongAfter = (...readings: InstanceReading[]) => findingsAfter(instanceFindings, ...readings);

test.each(['running', 'starting', 'stopping', 'answering'])('%s is well', (state) =>
  expect(wrongAfter(visited(true, state))).toEqual([]),
);

test('one that does not answer is an outage, with the reason', () => {
  expect(wrongAfter(visited(false, 'refused', 'nothing listens at nas:8123'))).toEqual([
    'unreachable outage: nothing listens at nas:8123',
  ]);
  expect(wrongAfter(visited(false, 'timeout'), visited(true, 'starting'))).toEqual([]);
  expect(instanceFindings(visited(false, 'refused', 'nothing listens at nas:8123'))).toContainEqual(
    expect.objectContaining({ remedy: expect.stringContaining('start it') }),
  );
});

test('a state that wants something of the user is degraded, recovery mode an outage', () => {
  expect(wrongAfter(visited(true, 'safe_mode'))).toEqual(['state degraded: safe mode']);
  expect(wrongAfter(visited(true, 'token_refused', 'it refuses HA_TOKEN'))).toEqual([
    'state degraded: it refuses HA_TOKEN',
  ]);
  expect(wrongAfter(visited(true, 'recovery_mode'))).toEqual(['state outage: recovery mode']);
});

describe('automatic backups', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const withBackups = (backups: AutomaticBackupTimes | undefined) =>
    ({ visit: { reachable: true, state: 'running', details: { updates: {}, backups } } }) as InstanceReading;
  const missing = ['backup degraded: its last automatic backup is more than a day overdue'];

  test.each<[string, AutomaticBackupTimes | undefined, string[]]>([
    ['none is known', undefined, []],
    ['there is no schedule', { completed: daysAgo(90), attempted: daysAgo(90) }, []],
    ['a daily one succeeded', { completed: daysAgo(0.9), attempted: daysAgo(0.9), next: daysAgo(-0.1) }, []],
    ['a daily one failed once', { completed: daysAgo(1.5), attempted: daysAgo(0.5), next: daysAgo(-0.5) }, []],
    ['a daily one failed twice', { completed: daysAgo(2.5), attempted: daysAgo(0.5), next: daysAgo(-0.5) }, missing],
    ['a weekly one succeeded', { completed: daysAgo(6.9), attempted: daysAgo(6.9), next: daysAgo(-0.1) }, []],
    ['a weekly one failed just now', { completed: daysAgo(7), attempted: daysAgo(0), next: daysAgo(-7) }, []],
    ['a weekly one failed', { completed: daysAgo(8.5), attempted: daysAgo(1.5), next: daysAgo(-5.5) }, missing],
    ['none is begun any more', { completed: daysAgo(30), attempted: daysAgo(30), next: daysAgo(-1) }, missing],
    ['the next one is not begun', { completed: daysAgo(3), attempted: daysAgo(3), next: daysAgo(1.5) }, missing],
    ['none has ever succeeded', { completed: null, attempted: daysAgo(0.6), next: daysAgo(-0.4) }, missing],
    ['the first one runs', { completed: null, attempted: daysAgo(0), next: daysAgo(-1) }, []],
    ['the first one is still to come', { completed: null, next: daysAgo(-1) }, []],
  ])('%s', (_, backups, expected) => expect(wrongAfter(withBackups(backups))).toEqual(expected));

  test('a backup that is missing stays so while Home Assistant cannot be asked', () => {
    const failed = withBackups({ completed: daysAgo(9), attempted: daysAgo(0.5), next: daysAgo(-0.5) });
    expect(wrongAfter(failed, visited(true, 'running'))).toEqual([`${missing[0]}?`]);
  });
});
