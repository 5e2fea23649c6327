import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stopClock } from '../../../helpers/clock.ts';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { letHelperAnswer, type SeenPool, watchPools } from './machine.ts';

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
      for (const { text } of reading.findings().flatMap((one) => ('isUnknown' in one ? [] : [one])))
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

  /** The machine, and what its dmsetup said. */
  async function readWithStatus(name: string, status: string): Promise<SeenPool[]> {
    const { rack, socket } = await letHelperAnswer();
    rack.tell('dmsetup status', readFileSync(join(folder, status), 'utf8'));
    return watchPools().see({ ...snapshotOf(name), ...socket });
  }

  test.each([
    ['sysfs-lvm-thin-datafull.json', 'lvm-thin-healthy.dmstatus.txt', {}],
    ['sysfs-lvm-thin-datafull.json', 'lvm-thin-datafull.dmstatus.txt', { 'vgdata/pool': ['full'] }],
    // A drive was pulled before.
    ...['lvm-snap-invalid.dmstatus.txt', 'lvm-raid-healthy.dmstatus.txt', 'lvm-raid-missing.dmstatus.txt'].map(
      (status): [string, string, Record<string, string[]>] => [
        'sysfs-linking-lvm-crypt-bcache.json',
        status,
        { 'vgdata/pool': ['full'], 'vgraid/mir': ['degraded'], 'vgraid/r5': ['degraded'] },
      ],
    ),
  ])('%s with %s', async (name, status, keys) => {
    const pools = await readWithStatus(name, status);
    expect(keysOf(pools)).toEqual(keys);
    for (const { reading } of pools.filter(({ reading: { kind } }) => kind === 'lvm_thin'))
      expect(reading.usedRatio).toBeCloseTo(status.includes('healthy') && name.includes('thin') ? 0.0906 : 1, 3);
  });
});

describe.runIf(files.length > 0)('recorded ZFS pools', () => {
  /** What is wrong on the machine whose zpool said so, in JSON or, as before OpenZFS 2.3, in text. */
  async function readZfs(name: string, isText: boolean): Promise<SeenPool[]> {
    const { rack, socket } = await letHelperAnswer();
    for (const pool of ['tank', 'cold']) {
      rack.tell(
        `zpool status -j --json-int ${pool}${isText ? '.unknown' : ''}`,
        readFileSync(join(folder, `${name}.status-j--json-int.json`), 'utf8'),
      );
      // Each pool is asked on its own.
      const text = readFileSync(join(folder, `${name}.status-p.txt`), 'utf8');
      rack.tell(`zpool status -p -P ${pool}`, text.slice(Math.max(text.indexOf(`  pool: ${pool}`), 0)));
      rack.tell(`zpool list -Hp ${pool}`, '');
    }
    stopClock('2026-11-26T00:00:00Z');
    return watchPools().see({ ...snapshotOf('zfs-linking.json'), ...snapshotOf(`${name}.kstat.json`), ...socket });
  }

  test.each([
    ['zfs-online', { tank: [] }, 'idle', 1],
    ['zfs-scrubbing', { tank: [] }, 'check', 1],
    ['zfs-degraded-removed', { tank: ['degraded'] }, 'idle', 0],
    ['zfs-resilvering', { tank: ['degraded'] }, 'rebuild', 0],
    ['zfs-cksum-errors', { cold: ['old_device_errors'], tank: ['degraded'] }, 'idle', 1],
  ])('%s, in JSON and as text', async (name, keys, activity, left) => {
    for (const isText of [false, true]) {
      const pools = await readZfs(name, isText);
      expect(
        Object.fromEntries(pools.map(({ reading, findings }) => [reading.name, findings.map(({ key }) => key)])),
      ).toEqual(keys);
      const tank = pools.find(({ reading }) => reading.name === 'tank');
      expect([tank?.reading.activity, tank?.reading.redundancyLeft]).toEqual([activity, left]);
    }
  });
});
