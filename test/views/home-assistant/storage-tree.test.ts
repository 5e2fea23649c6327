import { expect, test } from 'vitest';
import { dashboardTextsInGerman } from '../../../src/views/home-assistant/german.ts';
import type { LabDevice, LabEntity } from '../../../src/views/home-assistant/lab-device.ts';
import { storageTreeSections } from '../../../src/views/home-assistant/storage-tree.ts';
import { englishDashboardTexts } from '../../../src/views/home-assistant/texts.ts';

const entity = (id: string, table: string, metric: string, part?: string): LabEntity => ({
  id,
  name: metric,
  collector: 'storage',
  table,
  metric,
  ...(part === undefined ? {} : { part }),
  platform: 'sensor',
  isMeasurement: false,
  hasNumber: false,
  stateWords: {},
  diagnostic: true,
  enabled: true,
});
const device = (name: string, ...entities: LabEntity[]): LabDevice => ({
  id: name,
  name,
  icon: 'mdi:harddisk',
  entities,
});
const contentOf = (devices: readonly LabDevice[], texts = englishDashboardTexts) =>
  storageTreeSections(devices, texts).flatMap(({ cards }) => cards.filter(({ type }) => type === 'markdown'))[0]
    ?.content;

test('pools with their members and mount points, then what hangs on each drive', () => {
  const pool = device(
    'nas RAID srv',
    entity('sensor.srv_redundancy', 'pool', 'redundancy'),
    entity('sensor.srv_mounts', 'pool', 'mounts'),
    entity('sensor.srv_1_drive', 'member', 'drive', 'lab_1'),
    entity('sensor.srv_1_role', 'member', 'role', 'lab_1'),
    entity('sensor.srv_2_drive', 'member', 'drive', 'lab_2'),
  );
  const drive = device('nas Disk', entity('sensor.disk_needed', 'drive', 'dependents'));
  const content = contentOf([drive, pool]);
  expect(content).toContain(
    JSON.stringify([
      {
        name: 'nas RAID srv',
        ids: { redundancy: 'sensor.srv_redundancy', mounts: 'sensor.srv_mounts' },
        members: [{ drive: 'sensor.srv_1_drive', role: 'sensor.srv_1_role' }, { drive: 'sensor.srv_2_drive' }],
      },
    ]),
  );
  expect(content).toContain(JSON.stringify([{ name: 'nas Disk', id: 'sensor.disk_needed' }]));
});

test('roles in words of the language, where Home Assistant would show keys', () => {
  const role = entity('sensor.srv_1_role', 'member', 'role', 'lab_1');
  const pool = (stateWords: Record<string, string>) =>
    device('RAID', entity('sensor.r', 'pool', 'redundancy'), { ...role, stateWords });
  expect(contentOf([pool({})])).toContain('{{ plain(states(member.role)) }}');
  const inGerman = contentOf([pool({ active: 'aktiv' })], dashboardTextsInGerman);
  expect(inGerman).toContain('{{ plain({"active":"aktiv"}.get(states(member.role), states(member.role))) }}');
  expect(inGerman).toContain('Laufwerke, die noch ausfallen dürfen: {{ states(pool.ids.redundancy) }}');
});

test('what is switched off has no place in it', () => {
  const off = { ...entity('sensor.disk_needed', 'drive', 'dependents'), enabled: false };
  expect(storageTreeSections([device('nas Disk', off)], englishDashboardTexts)).toEqual([]);
});

test('a machine without drives and pools has no such section', () => {
  expect(
    storageTreeSections([device('Box', entity('sensor.box_latency', 'router', 'latency'))], englishDashboardTexts),
  ).toEqual([]);
});
