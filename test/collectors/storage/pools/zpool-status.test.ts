import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseNamedZpoolStatusJson, type ZpoolStatus } from '../../../../src/collectors/storage/pools/zpool-status.ts';
import { parseNamedZpoolStatusText } from '../../../../src/collectors/storage/pools/zpool-text.ts';

/** What `zpool status -j --json-int` and `zpool status -p -P` of OpenZFS 2.3.9 printed of the same pool. */
const printed = (step: string, extension: string) =>
  readFileSync(join(import.meta.dirname, `../../../cases/storage/zpool/${step}.${extension}`), 'utf8');

/** States of the drives by path, and what both formats tell of the pool. */
const summaryOf = ({ state, vdevs, scan, dataErrors }: ZpoolStatus) => ({
  state,
  drives: Object.fromEntries(
    vdevs.vdevs.flatMap(({ children }) => children.map(({ path, state: ofDrive }) => [path, ofDrive])),
  ),
  scan: scan && [scan.function, scan.state, scan.errors],
  dataErrors,
});

const scrubbed = ['scrub', 'finished', 0];

test.each([
  [
    'pulled-mirror',
    'tank',
    { state: 'DEGRADED', drives: { '/dev/sdb1': 'ONLINE', '/dev/sda1': 'REMOVED' }, dataErrors: 0 },
  ],
  [
    'scrub',
    'tank',
    {
      state: 'ONLINE',
      drives: { '/dev/sdb1': 'ONLINE', '/dev/sda1': 'ONLINE' },
      scan: scrubbed,
      dataErrors: 0,
    },
  ],
  [
    'pulled-raidz',
    'rz',
    {
      state: 'DEGRADED',
      drives: { '/dev/sdf1': 'ONLINE', '/dev/sdc1': 'REMOVED', '/dev/sdd1': 'ONLINE' },
      scan: scrubbed,
      dataErrors: 0,
    },
  ],
  [
    'replaced-raidz',
    'rz',
    {
      state: 'ONLINE',
      drives: { '/dev/sdf1': 'ONLINE', '/dev/sde1': 'ONLINE', '/dev/sdd1': 'ONLINE' },
      scan: ['resilver', 'finished', 0],
      dataErrors: 0,
    },
  ],
])('a real pool, %s: both formats tell the same', (step, pool, expected) => {
  expect(summaryOf(parseNamedZpoolStatusJson(printed(step, 'json'), pool, Date.now()) as ZpoolStatus)).toEqual(
    expected,
  );
  expect(summaryOf(parseNamedZpoolStatusText(printed(step, 'txt'), pool) as ZpoolStatus)).toEqual(expected);
});
