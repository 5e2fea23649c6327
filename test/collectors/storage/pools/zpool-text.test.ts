import { expect, test } from 'vitest';
import { parseNamedZpoolStatusText } from '../../../../src/collectors/storage/pools/zpool-text.ts';

const answer = (...lines: string[]) =>
  parseNamedZpoolStatusText(['  pool: tank', ' state: ONLINE', ...lines].join('\n'), 'tank');

test('an indent that is odd costs no more than its line', () => {
  const status = answer('config:', '', '\ttank ONLINE', '\t  mirror-0 ONLINE', '\t    sda ONLINE', '\t sdb ONLINE');
  expect(status?.vdevs.vdevs).toMatchObject([{ name: 'mirror-0', children: [{ name: 'sda' }] }]);
});

test('a class that is not known adds to the one before, whatever its name', () => {
  const status = answer('config:', '\ttank ONLINE', '\tlogs', '\tconstructor', '\t  sda ONLINE');
  expect(status?.vdevs.logs).toMatchObject([{ name: 'sda' }]);
});

test.each([
  ['1', '1'.repeat(60_000)],
  ['.', '.'.repeat(60_000)],
  [' ', ' '.repeat(60_000)],
  [', 1:1', ', 1:1'.repeat(15_000)],
])('a remark of a scan is read in linear time: %s', (_what, text) => {
  const { user } = process.cpuUsage();
  expect(answer(`  scan: scrub in progress ${text}, 12.5% done, 00:02:00 to go`)?.scan).toMatchObject({
    secondsLeft: 120,
  });
  expect(process.cpuUsage().user - user).toBeLessThan(1_000_000);
});

test('what is said of an expansion is no word of the scan', () => {
  const scan = '  scan: scrub repaired 0B in 00:12:34 with 0 errors on Sun Nov  8 00:36:35 2026';
  const expand = 'expand: expanded raidz1-0 copied 3G in 00:01:00, on Mon Nov  9 11:00:00 2026';
  const state = { state: 'finished', errors: 0, finishedAt: new Date('Sun Nov  8 00:36:35 2026') };
  expect(answer(scan, expand)?.scan).toMatchObject(state);
});
