import type { CollectorMetadata } from '../../model/collector.ts';
import {
  type DashboardCard,
  type DashboardSection,
  devicePagePath,
  entitiesCards,
  gridSections,
  headingCard,
  historyGraphCards,
  subtitleCard,
  tileCard,
} from './cards.ts';
import { type LabDevice, type LabEntity, unknownDeviceIcon } from './lab-devices.ts';
import { isOfProblemList, machineProblemCards, problemEntities, problemSection } from './problem-cards.ts';
import type { YamlMap } from './yaml.ts';

/** Id of the collector that a device belongs to: the first, since several may describe one and the agent's own comes last. */
const collectorOf = ({ entities }: LabDevice) => entities[0]?.collector ?? '';

/** The machine that an agent runs on. */
const isMachine = ({ entities }: LabDevice) => entities.some(({ collector }) => collector === 'agent');

/** The list of what is wrong has a card of its own. */
const isShown = (entity: LabEntity) =>
  entity.enabled && !entity.diagnostic && entity.platform !== 'button' && !isOfProblemList(entity);
const ownEntities = ({ entities }: LabDevice) =>
  entities.filter((entity) => isShown(entity) && entity.part === undefined);
const isTraffic = (entity: LabEntity) => isShown(entity) && entity.unit === 'Mbit/s';

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** A device in at most `maxTiles` tiles: the first metrics of its tables. */
const deviceSummaryCards = (device: LabDevice, maxTiles: number): DashboardCard[] => [
  subtitleCard(device.name, {
    icon: device.icon,
    page: devicePagePath(device),
    problems: problemEntities(device).filter(({ entity }) => entity.part === undefined),
  }),
  ...ownEntities(device)
    .filter(({ deviceClass }) => deviceClass !== 'problem' && deviceClass !== 'connectivity')
    .slice(0, maxTiles)
    .map((entity) => tileCard(entity)),
];

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** “eth0 receive rate” → “Receive rate”, below a heading that says eth0. */
function withoutPart(entities: readonly LabEntity[]): { part: string; names: string[] } {
  const words = entities.map(({ name }) => name.split(' '));
  const shared = (words[0] ?? []).findIndex((word, index) =>
    words.some((name) => name[index] !== word || name.length === index + 1),
  );
  return {
    part: (words[0] ?? []).slice(0, Math.max(0, shared)).join(' '),
    names: words.map((name) => capitalize(name.slice(Math.max(0, shared)).join(' '))),
  };
}

/** The parts of one table, each below its name. */
function partSections(table: string, entities: readonly LabEntity[]): DashboardSection[] {
  const cards = [...groupBy(entities, ({ part }) => part ?? '').values()].flatMap((partEntities) => {
    if (partEntities.length === 1) return partEntities.map((entity) => tileCard(entity));
    const { part, names } = withoutPart(partEntities);
    return [subtitleCard(part), ...partEntities.map((entity, index) => tileCard(entity, names[index]))];
  });
  return gridSections([headingCard(capitalize(table)), ...cards]);
}

const graphedUnits = ['%', '°C', 'ms'];

/** A graph for each of the graphed units; a measurement in another unit says more as a tile. */
const deviceGraphCards = (device: LabDevice): DashboardCard[] =>
  [
    ...groupBy(
      ownEntities(device).filter(({ isMeasurement, unit }) => isMeasurement && graphedUnits.includes(unit ?? '')),
      ({ unit }) => unit ?? '',
    ).values(),
  ].flatMap((entities) => historyGraphCards(entities));

/** All of a device's enabled entities. */
const deviceSections = (device: LabDevice): DashboardSection[] => [
  ...gridSections([
    headingCard(device.name, device.icon),
    ...machineProblemCards(device),
    ...ownEntities(device).map((entity) => tileCard(entity)),
    ...deviceGraphCards(device),
  ]),
  ...[
    ...groupBy(
      device.entities.filter((entity) => isShown(entity) && entity.part !== undefined),
      ({ table }) => table,
    ),
  ].flatMap(([table, entities]) => partSections(table, entities)),
  ...gridSections([
    headingCard('Diagnosis', 'mdi:stethoscope'),
    ...entitiesCards(device.entities.filter(({ enabled, diagnostic }) => enabled && diagnostic)),
  ]),
];

const dashboardView = (
  title: string,
  path: string,
  icon: string,
  sections: readonly DashboardSection[],
  options: YamlMap = {},
): YamlMap[] =>
  sections.length === 0
    ? []
    : [
        {
          title,
          path,
          icon,
          type: 'sections',
          max_columns: 4,
          dense_section_placement: true,
          ...options,
          sections,
        },
      ];

/** A view of one device and of those below it (`via`). */
const devicePage = (device: LabDevice, devices: readonly LabDevice[]) =>
  dashboardView(
    device.name,
    devicePagePath(device),
    device.icon,
    [
      ...deviceSections(device),
      ...devices.filter(({ via }) => via === device.id).flatMap((child) => gridSections(deviceSummaryCards(child, 4))),
    ],
    { subview: true },
  );

/** Traffic of each machine's and router's interfaces. */
const trafficSections = (devices: readonly LabDevice[]) =>
  devices.flatMap((device) => {
    const rates = device.entities.filter(isTraffic);
    return gridSections([headingCard(device.name, device.icon), ...historyGraphCards(rates)]);
  });

/** A dashboard with views of the whole lab, of each collector's devices, of the network, and of each device; core cards only. */
export function buildDashboardConfig(catalogue: readonly CollectorMetadata[], devices: readonly LabDevice[]): YamlMap {
  const collectors = new Map(catalogue.map((collector) => [collector.id, collector]));
  const machines = devices.filter(isMachine);
  const others = groupBy(
    devices.filter((device) => !isMachine(device) && !device.entities.every(isOfProblemList)),
    collectorOf,
  );
  const sites = [...groupBy(machines, ({ site }) => site ?? 'Machines')].sort(([a], [b]) => a.localeCompare(b));
  const kinds = [...others].map(([collector, all]) => ({
    title: collectors.get(collector)?.title ?? capitalize(collector),
    icon: all[0]?.icon ?? unknownDeviceIcon,
    collector,
    all,
  }));
  const lab = [
    problemSection(devices, machines),
    ...sites.flatMap(([site, all]) =>
      gridSections([headingCard(site, 'mdi:map-marker'), ...all.flatMap((device) => deviceSummaryCards(device, 4))]),
    ),
    ...kinds.flatMap(({ title, icon, all }) =>
      gridSections([headingCard(title, icon), ...all.flatMap((device) => deviceSummaryCards(device, 2))]),
    ),
  ];
  return {
    title: 'Lab',
    views: [
      ...dashboardView('Lab', 'lab', 'mdi:server-network', lab),
      ...kinds.flatMap(({ title, icon, collector, all }) =>
        dashboardView(
          title,
          collector.replaceAll('_', '-'),
          icon,
          all.flatMap((device) => gridSections([...deviceSummaryCards(device, 8), ...deviceGraphCards(device)])),
        ),
      ),
      ...dashboardView('Network', 'network', 'mdi:lan', trafficSections(devices)),
      ...devices.flatMap((device) => devicePage(device, devices)),
    ],
  };
}
