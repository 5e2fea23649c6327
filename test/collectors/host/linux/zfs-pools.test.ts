import { expect, test } from 'vitest';
import {
  correctDatasetUsages,
  parseZpoolList,
  ZpoolListReader,
} from '../../../../src/collectors/host/linux/zfs-pools.ts';
import { drives } from '../../../helpers/drives.ts';
import { tree } from '../../../helpers/tree.ts';

const pools = parseZpoolList('tank\t6000\t5580\t420\t93\n');
const dataset = (name: string, available: number, usedRatio = 0) => ({
  dataset: name,
  usage: { total: available, available, usedRatio },
});
const ofAll = (datasets: ReturnType<typeof dataset>[], known = pools, isContainer = false) =>
  correctDatasetUsages(datasets, known, isContainer).map(({ total, available, usedRatio }) => [
    total,
    available,
    usedRatio,
  ]);
const none = new Map();

test('pools of zpool’s output, without those that it says nothing of', () => {
  expect([...pools]).toEqual([['tank', { size: 6000, allocated: 5580 }]]);
  expect([...parseZpoolList('no pools available\n')]).toEqual([]);
  expect([...parseZpoolList('faulted\t-\t-\t-\t-\nodd\t10\t20\t0\t0')]).toEqual([]);
});
test('a dataset is as full as its pool', () =>
  expect(ofAll([dataset('tank', 400), dataset('tank/media', 400, 0.9)])).toEqual([
    [6000, 400, 0.93],
    [6000, 400, 0.93],
  ]));
test('a dataset with a quota has its own size', () =>
  expect(ofAll([dataset('tank', 400), dataset('tank/small', 50, 0.5)])).toEqual([
    [6000, 400, 0.93],
    [50, 50, 0.5],
  ]));
test('a reservation is no quota of the others', () =>
  expect(ofAll([dataset('tank', 400), dataset('tank/reserved', 900), dataset('tank/a', 400)]).at(-1)).toEqual([
    6000, 400, 0.93,
  ]));
test('without the pool’s root, the dataset with the most left has no quota', () =>
  expect(ofAll([dataset('tank/a', 50, 0.5), dataset('tank/b', 400), dataset('other', 9)])).toEqual([
    [50, 50, 0.5],
    [6000, 400, 0.93],
    [undefined, 9, undefined],
  ]));
test('of quotas alone, one that is far below what the pool has free is one', () =>
  expect(ofAll([dataset('tank/a', 10, 0.5), dataset('tank/b', 20, 0.95)])).toEqual([
    [10, 10, 0.5],
    [20, 20, 0.95],
  ]));
test('without zpool the size is unknown, but not in a container, where it is a quota', () => {
  expect(ofAll([dataset('rpool/data/subvol-101', 8, 0.2)], none)).toEqual([[undefined, 8, undefined]]);
  expect(ofAll([dataset('rpool/data/subvol-101', 8, 0.2)], none, true)).toEqual([[8, 8, 0.2]]);
  expect(ofAll([dataset('rpool', 8, 0.2)], none, true)).toEqual([[undefined, 8, undefined]]);
});

test.each<[what: string, states: Record<string, string>, names: string | undefined]>([
  ['pools without a state', {}, ''],
  ['pools that work', { tank: 'ONLINE', cold: 'DEGRADED' }, ''],
  ['a pool that is suspended', { tank: 'ONLINE', cold: 'SUSPENDED' }, ' tank'],
  ['suspended pools alone', { cold: 'SUSPENDED' }, undefined],
])('zpool is not asked for what hangs: %s', async (_, states, names) => {
  const rack = drives();
  rack.tell(`zpool list -Hp -o name,size,alloc,free,cap${names}`, 'tank\t6000\t5580\t420\t93\n');
  const files = Object.entries(states).map(([name, state]) => [`proc/spl/kstat/zfs/${name}/state`, `${state}\n`]);
  const roots = tree({ 'proc/spl/kstat/zfs/arcstats': '', ...Object.fromEntries(files) });
  expect([...(await new ZpoolListReader(roots).read()).keys()]).toEqual(names === undefined ? [] : ['tank']);
  expect(rack.calls()).toHaveLength(names === undefined ? 0 : 1);
});
