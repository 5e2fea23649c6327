import { expect, test } from 'vitest';
import { instanceProblems } from '../../../src/collectors/home-assistant/problems.ts';
import type { InstanceReading } from '../../../src/collectors/home-assistant/reading.ts';
import { findingsAfter } from '../../helpers/findings.ts';

const visited = (reachable: boolean, state: string, hint?: string) =>
  ({ visit: { reachable, state }, hint }) as InstanceReading;
const wrongAfter = (...readings: InstanceReading[]) => findingsAfter(instanceProblems, ...readings);

test.each(['running', 'starting', 'stopping', 'answering'])('%s is well', (state) =>
  expect(wrongAfter(visited(true, state))).toEqual([]),
);

test('one that does not answer is an outage, with the reason', () => {
  expect(wrongAfter(visited(false, 'refused', 'nothing listens at nas:8123'))).toEqual([
    'unreachable outage: nothing listens at nas:8123',
  ]);
  expect(wrongAfter(visited(false, 'timeout'), visited(true, 'starting'))).toEqual([]);
  expect(instanceProblems(visited(false, 'refused', 'nothing listens at nas:8123'))).toContainEqual(
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
