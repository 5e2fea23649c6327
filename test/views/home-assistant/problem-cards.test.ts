import { expect, test } from 'vitest';
import { allCollectors } from '../../../src/collectors/index.ts';
import { buildDashboardConfig } from '../../../src/views/home-assistant/dashboard.ts';
import { parseLabDevicesWithRegistry } from '../../../src/views/home-assistant/lab-devices.ts';
import { announcementsOf, exampleLab } from '../../helpers/lab.ts';

interface Card {
  type: string;
  content?: string;
}

interface Dashboard {
  views: { path: string; sections: { cards: Card[] }[] }[];
}

/** The first card that lists what is wrong on a page of the dashboard. */
function listOn(path: string, payloads: readonly string[]): string {
  const { views } = buildDashboardConfig(
    allCollectors,
    parseLabDevicesWithRegistry(allCollectors, payloads),
  ) as unknown as Dashboard;
  const cards = views.find((view) => view.path === path)?.sections.flatMap((section) => section.cards) ?? [];
  return cards.find(({ content = '' }) => content.includes('ns.faults'))?.content ?? '';
}

const payloads = announcementsOf(exampleLab);
/** The payloads of an agent from before there were lists. */
const withoutLists = (all: readonly string[]) =>
  all.map((payload) => {
    const { components, ...rest } = JSON.parse(payload) as { components: Record<string, object> };
    return JSON.stringify({
      ...rest,
      components: Object.fromEntries(Object.entries(components).filter(([key]) => !key.startsWith('problems-'))),
    });
  });

test('what is wrong is what the lists of all machines have', () => {
  const list = listOn('lab', payloads);
  for (const machine of ['nas', 'pi', 'cabin']) expect(list).toContain(`"binary_sensor.${machine}_problem"`);
  expect(list).not.toContain('samsung');
  expect(list).toContain('unknown=[])');
});

test('a machine’s page has its own list', () => {
  const list = listOn('infra-monitor-nas-nas', payloads);
  expect(list).toContain('["binary_sensor.nas_problem"]');
  expect(list).not.toContain('binary_sensor.pi_problem');
});

test('a machine whose agent is too old to have a list is named, and has none on its page', () => {
  const older = [...announcementsOf(exampleLab.slice(0, 2)), ...withoutLists(announcementsOf(exampleLab.slice(2)))];
  const list = listOn('lab', older);
  expect(list).toContain('unknown=["cabin"])');
  expect(list).not.toContain('binary_sensor.cabin_problem');
  expect(listOn('infra-monitor-cabin-cabin', older)).toBe('');
});
