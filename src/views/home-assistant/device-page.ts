import { groupBy } from '../../model/group-by.ts';
import {
  type DashboardCard,
  type DashboardSection,
  entitiesAndTileCards,
  fittedWidthDeviceSections,
  fullWidthGridSections,
  headingCard,
  historyGraphCards,
  subtitleCard,
  tileCardVariants,
} from './cards.ts';
import { deviceSummaryCards, isShownOnDashboard, shownEntitiesOfDeviceItself } from './device-summary-cards.ts';
import { compareNames, type LabDevice, type LabEntity } from './lab-device.ts';
import { machineProblemListCard } from './problem-cards.ts';
import { storageTreeSections } from './storage-tree.ts';
import type { DashboardTexts } from './texts.ts';

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** “eth0 receive rate” → “Receive rate”, below a heading that says eth0; a single entity keeps its name. */
function withoutPart(entities: readonly LabEntity[]): { part: string; names: string[] } {
  if (entities.length === 1) return { part: '', names: [] };
  const words = entities.map(({ name }) => name.split(' '));
  const shared = (words[0] ?? []).findIndex((word, index) =>
    words.some((name) => name[index] !== word || name.length === index + 1),
  );
  return {
    part: (words[0] ?? []).slice(0, Math.max(0, shared)).join(' '),
    names: words.map((name) => capitalize(name.slice(Math.max(0, shared)).join(' '))),
  };
}

/** Icons of the headings of parts, by their table; another version of the agent may have others. */
const partIcons: Record<keyof DashboardTexts['parts'], string> = {
  filesystem: 'mdi:folder-outline',
  interface: 'mdi:ethernet',
  disk: 'mdi:harddisk',
  temperature: 'mdi:thermometer',
  fan: 'mdi:fan',
  namespace: 'mdi:database-outline',
  radio: 'mdi:wifi',
  repeater: 'mdi:access-point',
  meshlink: 'mdi:transit-connection-variant',
  member: 'mdi:harddisk',
  client: 'mdi:devices',
};

/** Tables whose heading is not just their name. */
export const tablesWithOwnHeading: readonly string[] = Object.keys(partIcons);

const headingOfParts = (table: string, { parts }: DashboardTexts): DashboardCard => {
  const key = table as keyof typeof parts;
  return headingCard(parts[key] ?? capitalize(table), partIcons[key]);
};

/** The parts of one table in the order of their names, each below its name. */
function partSections(table: string, entities: readonly LabEntity[], texts: DashboardTexts): DashboardSection[] {
  const parts = [...groupBy(entities, ({ part }) => part ?? '').values()]
    .map((ofPart) => ({ ofPart, ...withoutPart(ofPart) }))
    .map((one) => ({ ...one, sortedBy: one.part || (one.ofPart[0]?.name ?? '') }))
    .sort((a, b) => compareNames(a.sortedBy, b.sortedBy));
  const cards: DashboardCard[] = parts.flatMap(({ ofPart, part, names }) => [
    ...(part === '' ? [] : [subtitleCard(part)]),
    ...ofPart.flatMap((entity, index) => tileCardVariants(entity, { title: names[index] })),
  ]);
  return fullWidthGridSections([headingOfParts(table, texts), ...cards]);
}

const graphedUnits = ['%', '°C', 'ms'];

/** A graph for each of the graphed units; a measurement in another unit says more as a tile. */
const deviceGraphCards = (device: LabDevice): DashboardCard[] =>
  [
    ...groupBy(
      shownEntitiesOfDeviceItself(device).filter(
        ({ isMeasurement, unit }) => isMeasurement && graphedUnits.includes(unit ?? ''),
      ),
      ({ unit }) => unit ?? '',
    ).values(),
  ].flatMap((entities) => historyGraphCards(entities));

/** All of a device's enabled entities, and those below it (`via`) as summaries. */
export const devicePageSections = (
  device: LabDevice,
  devices: readonly LabDevice[],
  texts: DashboardTexts,
): DashboardSection[] => [
  ...fullWidthGridSections([
    headingCard(device.name, device.icon),
    ...machineProblemListCard(device, texts),
    ...shownEntitiesOfDeviceItself(device).flatMap((entity) => tileCardVariants(entity)),
  ]),
  ...[
    ...groupBy(
      device.entities.filter((entity) => isShownOnDashboard(entity) && entity.part !== undefined),
      ({ table }) => table,
    ),
  ].flatMap(([table, entities]) => partSections(table, entities, texts)),
  ...storageTreeSections(
    devices.filter(({ via }) => via === device.id),
    texts,
  ),
  ...devices
    .filter(({ via }) => via === device.id)
    .flatMap((child) => fittedWidthDeviceSections(deviceSummaryCards(child))),
  ...fullWidthGridSections([headingCard(texts.lastDay, 'mdi:chart-line'), ...deviceGraphCards(device)]),
  ...fullWidthGridSections([
    headingCard(texts.diagnosis, 'mdi:stethoscope'),
    ...entitiesAndTileCards(device.entities.filter(({ enabled, diagnostic }) => enabled && diagnostic)),
  ]),
];
