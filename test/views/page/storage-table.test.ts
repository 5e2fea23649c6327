import { expect, test } from 'vitest';
import type { Device } from '../../../src/model/device.ts';
import { english } from '../../../src/views/language.ts';
import { renderStorageTable as renderIn } from '../../../src/views/page/storage-table.ts';
import { agent, probe, stateOf } from '../../helpers/sample-collector.ts';

const renderStorageTable = (state: Parameters<typeof renderIn>[1], problems: Parameters<typeof renderIn>[2]) =>
  renderIn(agent, state, problems, english);

const collector = probe(async () => []);
const stateWith = (...devices: Device[]) =>
  stateOf(
    collector,
    devices.map((device) => ({ table: 'thing' as const, device, reading: { level: 1 } })),
  );
const cellsOf = (...devices: Device[]) =>
  [...(renderStorageTable(stateWith(...devices), [])?.text ?? '').matchAll(/<tr><td>(.*?)<\/tr>/g)].map(
    ([, row = '']) => row.split('<td>').map((cell) => cell.replaceAll(/<\/li><li>/g, ', ').replaceAll(/<[^>]*>/g, '')),
  );

test('nothing where nothing is known of drives', () => {
  expect(renderStorageTable(stateWith({ id: 'nas', name: 'nas' }), [])).toBeUndefined();
});

test('a pool after those that it is built of, then drives with something on them', () => {
  expect(
    cellsOf(
      { id: 'vg', name: 'vg', liesOn: ['md0'], mounts: ['/srv', 'swap'] },
      { id: 'md0', name: 'md0', liesOn: ['A', 'B', 'GONE'], goneBelow: ['GONE'], mounts: [] },
      { id: 'A', name: 'Drive A', mounts: [] },
      { id: 'B', name: 'Drive B', mounts: ['/'] },
      { id: 'nas', name: 'nas' },
    ),
  ).toEqual([
    ['Drive A, Drive B, GONE gone', 'md0', '–'],
    ['md0', 'vg', '/srv, swap'],
    ['Drive B', '–', '/'],
  ]);
});

test('a drive that nobody reads is not gone, and one that is gone may still have its card', () => {
  const { text = '' } =
    renderStorageTable(
      stateWith(
        { id: 'md0', name: 'md0', liesOn: ['A', 'pci-0000:00:05.0'], goneBelow: ['A'], mounts: [] },
        { id: 'A', name: 'Drive A', mounts: [] },
      ),
      [],
    ) ?? {};
  expect(text).toContain('<li><a href="#probe/a">Drive A</a> <i>gone</i></li><li><span>pci-0000:00:05.0</span></li>');
});

test('what is built of itself comes to an end', () => {
  expect(cellsOf({ id: 'a', name: 'a', liesOn: ['b'] }, { id: 'b', name: 'b', liesOn: ['a'] })).toHaveLength(2);
});

test('a device leads to its card, in the color of what is wrong with it', () => {
  const problem = {
    id: 'probe/a/x',
    cause: 'x',
    place: 'device' as const,
    path: 'probe/a',
    key: 'x',
    subject: 'a',
    severity: 'data_at_risk' as const,
    text: 'is dying',
    since: new Date(),
    certain: true,
  };
  const state = stateWith({ id: 'a', name: 'Drive A', mounts: ['/'] });
  expect(renderStorageTable(state, [problem])?.text).toContain('<a href="#probe/a" class="data_at_risk">Drive A</a>');
  expect(renderStorageTable(state, [{ ...problem, severity: 'notice' }])?.text).toContain(
    '<a href="#probe/a">Drive A</a>',
  );
});
