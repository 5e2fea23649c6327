import { expect, test } from 'vitest';
import { driveProblemAndReason } from '../../../../src/collectors/storage/nvme/drive-problem-and-reason.ts';
import type { HealthLog } from '../../../../src/collectors/storage/nvme/reading.ts';
import { saying } from '../../../helpers/saying.ts';

const log = (told: Partial<HealthLog>): HealthLog => ({
  criticalWarning: 0,
  sensors: [],
  mediaErrors: 0n,
  errorLogEntries: 90_210n,
  ...told,
});

test.each<[string, Partial<HealthLog>, bigint | undefined, boolean | undefined, string | undefined]>([
  ['a healthy drive', {}, 0n, false, 'none'],
  [
    'bit 0',
    { criticalWarning: 1, availableSpare: 4, spareThreshold: 10 },
    0n,
    true,
    'available spare below threshold (4 %, threshold 10 %)',
  ],
  [
    'bit 0 of a drive that does not report its threshold',
    { criticalWarning: 1, availableSpare: 4 },
    0n,
    true,
    'available spare below threshold (4 %, threshold ? %)',
  ],
  [
    'bit 0 of a drive that does not report its spare',
    { criticalWarning: 1 },
    0n,
    true,
    'available spare below threshold',
  ],
  ['bit 1: heat is told apart', { criticalWarning: 2 }, 0n, false, 'none'],
  ['bit 2', { criticalWarning: 4 }, 0n, true, 'reliability degraded'],
  ['bit 3', { criticalWarning: 8 }, 0n, true, 'read-only'],
  ['bit 4', { criticalWarning: 16 }, 0n, true, 'backup of the volatile memory failed'],
  ['bit 5', { criticalWarning: 32 }, 0n, true, 'persistent memory region read-only or unreliable'],
  ['several', { criticalWarning: 0b1110 }, 0n, true, 'reliability degraded; read-only'],
  ['old media errors', { mediaErrors: 183n }, 183n, false, 'none'],
  ['one new media error', { mediaErrors: 184n }, 183n, true, '1 new media error (184 in all)'],
  ['a drive that does not count media errors', { mediaErrors: undefined }, 0n, false, 'none'],
  ['new media errors', { mediaErrors: 195n }, 183n, true, '12 new media errors (195 in all)'],
  ['media errors before the memory is there', { mediaErrors: 183n }, undefined, undefined, undefined],
  ['none of them before the memory is there', {}, undefined, false, 'none'],
  [
    'spare at 100 % of a worn drive',
    { availableSpare: 100, spareThreshold: 100, percentageUsed: 255 },
    0n,
    false,
    'none',
  ],
])('%s', (_, told, acknowledged, problem, reason) => {
  expect(driveProblemAndReason('live', log(told), acknowledged)).toEqual(
    problem === undefined ? {} : { problem, reason: saying(reason ?? '') },
  );
});

test('a dead controller is a problem, even without a health log', () => {
  expect(driveProblemAndReason('dead', undefined, undefined)).toEqual({
    problem: true,
    reason: saying('the controller is dead'),
  });
  expect(driveProblemAndReason('resetting', undefined, undefined)).toEqual({});
});
