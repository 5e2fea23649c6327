import { expect, test } from 'vitest';
import { type BlockDevice, readBlockDevices } from '../../../src/collectors/storage/block-devices.ts';
import { BlockGraph } from '../../../src/collectors/storage/block-graph.ts';
import { expandSnapshot } from '../../helpers/machine-snapshot.ts';
import { sda, sdb, virtual } from './pools/machine.ts';

const device = (name: string, ...slaves: string[]): [string, BlockDevice] => [
  name,
  { name, folder: '', number: '1:1', slaves },
];

const graphOf = (devices: [string, BlockDevice][], drives: Record<string, string> = {}) =>
  new BlockGraph(new Map(devices), (leaf) => drives[leaf] ?? leaf);

test('a diamond of a hundred devices is passed once', () => {
  const layers = Array.from({ length: 49 }, (_, at) => {
    const below = at === 0 ? ['sda'] : [`dm-${2 * at - 2}`, `dm-${2 * at - 1}`];
    return [device(`dm-${2 * at}`, ...below), device(`dm-${2 * at + 1}`, ...below)];
  }).flat();
  const graph = graphOf([device('sda'), ...layers, device('dm-top', 'dm-96', 'dm-97')]);
  graph.addMount('dm-top', '/deep');
  expect(graph.leavesBelow('dm-top')).toEqual(['sda']);
  expect(graph.mountsOn('sda')).toEqual(['/deep']);
  expect(graph.effectsOfLosing('sda')('dm-top')).toBe('lost');
  expect(graph.effectsOfLosing('sdb')('dm-top')).toBe('none');
});

test('redundancy protects what lies on it, and only against as many as it has', () => {
  const graph = graphOf([device('sda'), device('sdb'), device('md0', 'sda', 'sdb'), device('dm-0', 'md0')]);
  graph.setGroups('md0', [{ members: ['sda', 'sdb'], canLose: 1 }]);
  expect(graph.effectsOfLosing('sda')('dm-0')).toBe('degraded');
  graph.setGroups('md0', [{ members: ['sda'], canLose: 0 }]);
  expect(graph.effectsOfLosing('sda')('dm-0')).toBe('lost');
});

test('two paths to one drive are one drive', () => {
  const graph = graphOf([device('sda'), device('sdb'), device('md0', 'sda', 'sdb')], { sda: 'LAB-1', sdb: 'LAB-1' });
  graph.setGroups('md0', [{ members: ['sda', 'sdb'], canLose: 1 }]);
  expect(graph.effectsOfLosing('LAB-1')('md0')).toBe('lost');
});

test('what is not known of a layer below is not known above, unless there is one member to spare', () => {
  const lvm = (name: string, mapping: string, ...slaves: string[]): [string, BlockDevice] => [
    name,
    { name, folder: '', number: '1:1', slaves, mapping: { name: mapping, uuid: 'LVM-1' } },
  ];
  const graph = graphOf([
    device('sda'),
    device('sdb'),
    lvm('dm-0', 'vg-a_rimage_0', 'sda'),
    lvm('dm-1', 'vg-a', 'dm-0'),
    device('md0', 'dm-1', 'sdb'),
  ]);
  expect(graph.effectsOfLosing('sda')('md0')).toBe('unknown');
  expect(graph.effectsOfLosing('sdb')('md0')).toBe('lost');
  graph.setGroups('md0', [{ members: ['dm-1', 'sdb'], canLose: 1 }]);
  expect(graph.effectsOfLosing('sda')('md0')).toBe('degraded');
});

test('the weakest group counts', () => {
  const graph = graphOf([device('sda'), device('sdb'), device('sdc')]);
  graph.setGroups('pool', [
    { members: ['sda', 'sdb'], canLose: 1 },
    { members: ['sdc'], canLose: 0 },
  ]);
  expect(['sda', 'sdb', 'sdc'].map((drive) => graph.effectsOfLosing(drive)('pool'))).toEqual([
    'degraded',
    'degraded',
    'lost',
  ]);
});

test('devices that are built in a circle end, too', () => {
  const graph = graphOf([device('dm-0', 'dm-1'), device('dm-1', 'dm-0')]);
  graph.addMount('dm-0', '/a');
  expect(graph.mountsOn('dm-1')).toEqual(['/a']);
  expect(graph.leavesBelow('dm-0')).toEqual([]);
  expect(graph.effectsOfLosing('sda')('dm-0')).toBe('none');
});

test('the cache of a bcache device is below it, though it is no slave', () => {
  const roots = expandSnapshot({
    ...sda,
    ...sdb,
    ...virtual('bcache0', '251:0', ['sda']),
    '/sys/block/bcache0/bcache': '-> ../../../pci0/ata0/block/sda/bcache',
    '/sys/block/sda/bcache/cache': '-> ../../../../../../fs/bcache/set',
    '/sys/fs/bcache/set/cache0': '-> ../../../devices/pci0/ata16/block/sdb/bcache',
  });
  expect(readBlockDevices(roots.sys()).get('bcache0')?.slaves).toEqual(['sda', 'sdb']);
});

test('partitions belong to their drive; a name that begins alike does not', () => {
  const roots = expandSnapshot({
    ...sda,
    '/sys/block/sda/sda1/dev': '8:1',
    '/sys/block/sda/sda1/partition': '1',
    '/sys/block/sda/sda_stats/dev': '8:9',
  });
  expect([...readBlockDevices(roots.sys()).values()].map(({ name, partitionOf }) => [name, partitionOf])).toEqual([
    ['sda', undefined],
    ['sda1', 'sda'],
  ]);
});
