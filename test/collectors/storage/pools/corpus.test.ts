import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { type SeenPool, watchPools } from './machine.ts';

// CORPUS/storage: what machines said of their storage, whatever kernel and tool.
const folder = join(process.env.CORPUS ?? '', 'storage');
const files = process.env.CORPUS && existsSync(folder) ? readdirSync(folder) : [];
const snapshots = files.filter((name) => /^sysfs-.*\.json$/.test(name));

const snapshotOf = (name: string): MachineSnapshot => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const read = (name: string) => watchPools().see(snapshotOf(name));

/** What is wrong, by the names of pools. */
const keysOf = (pools: readonly SeenPool[]) =>
  Object.fromEntries(
    pools.flatMap(({ reading: { name }, findings }) =>
      findings.length === 0 ? [] : [[name, findings.map(({ key }) => key)]],
    ),
  );

describe.runIf(snapshots.length > 0)('recorded machines', () => {
  test.each(snapshots)('%s is read, and nothing in it is out of its bounds', async (name) => {
    for (const { reading, members } of await read(name)) {
      for (const ratio of [reading.progress, reading.usedRatio, reading.metadataUsedRatio])
        expect(ratio ?? 0).toSatisfy((value: number) => value >= 0 && value <= 1);
      expect(members.length).toBeGreaterThan(0);
      expect(reading.redundancyLeft ?? 0).toBeLessThan(members.length);
      for (const { text } of reading.findings.flatMap((one) => ('isUnknown' in one ? [] : [one])))
        expect(text).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  test.each([
    ['sysfs-md-healthy.json', {}],
    ['sysfs-md-checking.json', {}],
    ['sysfs-md-mismatch.json', {}],
    ['sysfs-md-degraded-faulty.json', { srv: ['degraded'] }],
    ['sysfs-md-rebuilding.json', { srv: ['degraded'] }],
    ['sysfs-md-raid5-after-spare.json', {}],
    ['sysfs-md-raid5-degraded-nospare.json', { data: ['degraded'] }],
    ['sysfs-md-raid0-broken.json', { fast: ['failed'], data: ['failed'] }],
    ['sysfs-md-inactive.json', { fast: ['failed'], data: ['failed'], home: ['not_started'] }],
    ['sysfs-md-imsm.json', { fast: ['failed'], data: ['failed'] }],
    ['sysfs-btrfs-healthy-raid1.json', {}],
    ['sysfs-btrfs-errors-corrupt.json', {}],
    ['sysfs-btrfs-scrub-running.json', {}],
    ['sysfs-btrfs-missing-degraded.json', { tank: ['degraded'] }],
    ['sysfs-btrfs-metadata-full.json', { tiny: ['unallocated'] }],
    ['sysfs-btrfs-meta-full.json', { tiny: ['metadata_full'] }],
    ['sysfs-btrfs-pulled-live.json', { pool: ['degraded'] }],
  ])('%s', async (name, keys) => {
    expect(keysOf(await read(name))).toEqual(keys);
  });
});
