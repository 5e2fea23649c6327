import { expect, test } from 'vitest';
import { allCollectors } from '../../../src/collectors/index.ts';
import { buildDashboardConfig } from '../../../src/views/home-assistant/dashboard.ts';
import type { LabDevice } from '../../../src/views/home-assistant/lab-device.ts';
import { parseLabDevicesWithRegistry } from '../../../src/views/home-assistant/lab-devices.ts';
import { announcementsOf, exampleLab } from '../../helpers/lab.ts';

interface Shown {
  heading?: string;
  entity?: string;
  tap_action?: { navigation_path: string };
  visibility?: { condition: string; conditions?: { entity: string; state: string }[] }[];
}

interface Section extends Shown {
  cards: Shown[];
}

/** As many as `count` of the kind of a device, each with entities of its own. */
const many = (device: LabDevice, count: number): LabDevice[] =>
  Array.from({ length: count }, (_, index) => ({
    ...device,
    id: `${device.id} ${index}`,
    name: `${device.name} ${index}`,
    entities: device.entities.map((entity) => ({ ...entity, id: `${entity.id}_${index}` })),
  }));

const lab = parseLabDevicesWithRegistry(allCollectors, announcementsOf(exampleLab));
const deviceWith = (table: string) => {
  const found = lab.find(({ entities }) => entities.some((entity) => entity.table === table));
  if (found === undefined) throw new Error(`no ${table}`);
  return found;
};
const view = (path: string, devices: readonly LabDevice[]) => {
  const { views } = buildDashboardConfig(allCollectors, devices) as unknown as {
    views: { path: string; sections: Section[] }[];
  };
  return views.find((one) => one.path === path)?.sections ?? [];
};
const headingOf = ({ cards: [card] }: Section) => card?.heading;

/** When something is shown, of the conditions on the flags of a device. */
const whileWrong = ({ visibility = [] }: Shown) =>
  visibility.flatMap(({ condition, conditions = [] }) =>
    condition === 'or' ? conditions.map(({ entity, state }) => `${entity.replace(/\d+$/, 'N')} ${state}`) : [],
  );

test('the first view has twelve drives, and of more those with something wrong; their view has all', () => {
  const drive = deviceWith('drive');
  const sectionsOf = (path: string, count: number) =>
    view(path, many(drive, count)).filter((section) => headingOf(section)?.startsWith(drive.name));
  const titleOf = (count: number) =>
    view('lab', many(drive, count)).find((section) => headingOf(section)?.startsWith('NVMe drives'))?.cards[0];

  expect(sectionsOf('lab', 12)).toHaveLength(12);
  for (const section of sectionsOf('lab', 12)) expect(section.visibility).toBeUndefined();
  expect(titleOf(12)).toMatchObject({ heading: 'NVMe drives', tap_action: undefined });

  expect(sectionsOf('lab', 13)).toHaveLength(13);
  for (const section of sectionsOf('lab', 13))
    expect(whileWrong(section)).toContain('binary_sensor.samsung_980_problem_N on');
  expect(titleOf(13)).toMatchObject({ heading: 'NVMe drives (13)', tap_action: { navigation_path: 'nvme' } });

  expect(sectionsOf('nvme', 13)).toHaveLength(13);
  for (const section of sectionsOf('nvme', 13)) expect(section.visibility).toBeUndefined();
});

test('many targets do not hide a router, nor many routers the targets', () => {
  const router = deviceWith('router');
  const answers = router.entities.filter(({ metric }) => metric === 'reachable' || metric === 'latency');
  const target = { ...router, name: 'NAS', entities: answers.map((entity) => ({ ...entity, table: 'target' })) };
  const shown = view('lab', [router, ...many(target, 13)]);
  expect(shown.find((section) => headingOf(section) === router.name)?.visibility).toBeUndefined();
  const targets = shown.find((section) => headingOf(section) === 'Targets (13)');
  const tiles = targets?.cards.filter(({ entity }) => entity !== undefined) ?? [];
  expect(tiles.length).toBeGreaterThanOrEqual(13);
  for (const tile of tiles) expect(whileWrong(tile)).toContainEqual(expect.stringMatching(/_reachable_N off$/));

  const routers = view('lab', [target, ...many(router, 13)]);
  expect(routers.map(headingOf)).toEqual(expect.arrayContaining(['Routers (13)', 'Targets']));
});

test('the file systems of a machine’s page stand in the order of their paths, however Home Assistant orders them', () => {
  const machine = deviceWith('filesystem');
  const [used, free] = machine.entities.filter(
    ({ table, metric }) => table === 'filesystem' && (metric === 'used' || metric === 'free'),
  );
  if (used === undefined || free === undefined) throw new Error('no file system');
  const entities = ['/boot/efi', '/mnt/b', '/mnt/a', '/'].flatMap((path) =>
    [used, free].map((entity) => ({
      ...entity,
      part: path,
      id: `${entity.id}_${path}`,
      name: `Dateisystem ${path} ${entity === used ? 'Belegung' : 'freier Speicherplatz'}`,
    })),
  );
  const path = machine.id.replaceAll('_', '-');
  const headings = view(path, [{ ...machine, entities }]).flatMap(({ cards }) =>
    cards.flatMap(({ heading }) => (heading?.startsWith('Dateisystem /') ? heading : [])),
  );
  expect(headings).toEqual(['/', '/boot/efi', '/mnt/a', '/mnt/b'].map((mount) => `Dateisystem ${mount}`));
});

test('machines of one site stand together, in whichever spelling they name it', () => {
  const machine = deviceWith('filesystem');
  const spellings = ['köln', 'Köln'.normalize('NFD'), 'köln', undefined];
  const machines = many(machine, spellings.length).map((one, index) => ({ ...one, site: spellings[index] }));
  const headings = view('lab', machines).map(headingOf);
  expect(headings.filter((heading) => heading?.normalize('NFC').toLowerCase() === 'köln')).toEqual(['köln']);
});

test('the parts of a device stand in the order of their names as people sort them', () => {
  const machine = deviceWith('interface');
  const rates = machine.entities.filter(({ table, unit }) => table === 'interface' && unit === 'Mbit/s');
  const [first, second] = rates;
  if (first === undefined || second === undefined) throw new Error('no interface');
  const entities = ['eth10', 'über', 'eth2', 'Zed', 'eth1'].flatMap((part) =>
    [first, second].map((entity, index) => ({
      ...entity,
      part,
      id: `${part}_${index}`,
      name: `${part} rate ${index}`,
    })),
  );
  const single = ['Fan 10', 'fan 9', 'Fan 2'].map((name) => ({
    ...first,
    table: 'fan',
    part: name,
    id: `sensor.${name}`,
    name,
  }));
  const cards = view(machine.id.replaceAll('_', '-'), [{ ...machine, entities: [...entities, ...single] }]).flatMap(
    (section) => section.cards,
  );
  const parts = new Set(entities.map(({ part }) => part));
  expect(cards.flatMap(({ heading = '' }) => (parts.has(heading.split(' ')[0] ?? '') ? heading : []))).toEqual(
    ['eth1', 'eth2', 'eth10', 'über', 'Zed'].map((part) => `${part} rate`),
  );
  expect(cards.flatMap(({ entity = '' }) => (/fan/i.test(entity) ? entity : []))).toEqual(
    ['Fan 2', 'fan 9', 'Fan 10'].map((name) => `sensor.${name}`),
  );
});
