import { groupBy } from '../../model/group-by.ts';
import {
  type DashboardSection,
  devicePagePath,
  fittedWidthDeviceSections,
  fullWidthGridSections,
  headingCard,
  headingSection,
  historyGraphCards,
  maxSectionColumns,
  subtitleCard,
} from './cards.ts';
import { englishDashboard } from './dashboard-language.ts';
import { devicePageSections } from './device-page.ts';
import { deviceSummaryCards, isProbeTargetDevice, isShownOnDashboard } from './device-summary-cards.ts';
import { type LabDevice, type LabEntity, unknownDeviceIcon } from './lab-device.ts';
import { isProblemListEntity, machineStatusBadges, problemsAndUpdatesSection } from './problem-cards.ts';
import type { DashboardTexts } from './texts.ts';
import type { YamlMap } from './yaml.ts';

/** Id of the collector that a device belongs to: the first, since several may describe one and the agent's own comes
 * last. */
const collectorOf = ({ entities }: LabDevice) => entities[0]?.collector ?? '';

/** The machine that an agent runs on. */
const isMachine = ({ entities }: LabDevice) => entities.some(({ collector }) => collector === 'agent');

const isTraffic = (entity: LabEntity) => isShownOnDashboard(entity) && entity.unit === 'Mbit/s';
const isLatency = (entity: LabEntity) => isShownOnDashboard(entity) && entity.metric === 'latency';

const dashboardView = (
  title: string,
  path: string,
  sections: readonly DashboardSection[],
  options: YamlMap = {},
): YamlMap[] =>
  sections.length === 0
    ? []
    : [
        {
          title,
          path,
          type: 'sections',
          max_columns: maxSectionColumns,
          ...options,
          sections,
        },
      ];

/** Devices of one collector. */
interface DeviceGroup {
  title: string;
  icon: string;
  collector: string;
  devices: readonly LabDevice[];
}

/** Sections of devices below a title. Targets share one, the last: each is a tile without a heading. */
function groupSections(
  title: string,
  icon: string,
  devices: readonly LabDevice[],
  texts: DashboardTexts,
): DashboardSection[] {
  const targets = devices.filter(isProbeTargetDevice);
  const others = devices.filter((device) => !isProbeTargetDevice(device));
  const sections = [
    ...others.flatMap((device) => fittedWidthDeviceSections(deviceSummaryCards(device))),
    ...fullWidthGridSections([
      ...(others.length > 0 ? [subtitleCard(texts.targets, { icon: 'mdi:bullseye-arrow' })] : []),
      ...targets.flatMap(deviceSummaryCards),
    ]),
  ];
  return sections.length === 0 ? [] : [headingSection(title, icon), ...sections];
}

/** Latencies in one graph, and the traffic of each machine's and router's interfaces. */
const networkSections = (devices: readonly LabDevice[], texts: DashboardTexts) => {
  const nameOfDevice = new Map(
    devices.flatMap(({ name, entities }) => entities.map((entity) => [entity, name] as const)),
  );
  const latencies = devices.flatMap(({ entities }) => entities.filter(isLatency));
  return [
    ...fullWidthGridSections([
      headingCard(texts.latency, 'mdi:timer-outline'),
      ...historyGraphCards(latencies, (entity) => nameOfDevice.get(entity) ?? entity.name),
    ]),
    ...devices.flatMap((device) =>
      fullWidthGridSections([
        headingCard(device.name, device.icon),
        ...historyGraphCards(device.entities.filter(isTraffic)),
      ]),
    ),
  ];
};

/** A dashboard with views of the whole lab, of each collector's devices, of the network, and of each device; core cards
 * only. */
export function buildDashboardConfig(
  catalogue: readonly { id: string; title: string; scope?: string }[],
  devices: readonly LabDevice[],
  language = englishDashboard,
): YamlMap {
  const texts = language.dashboard;
  const machines = devices.filter(isMachine);
  const byCollector = groupBy(
    devices.filter((device) => !isMachine(device) && !device.entities.every(isProblemListEntity)),
    collectorOf,
  );
  const inOrder = [...catalogue.map(({ id }) => id), ...byCollector.keys()];
  const groups = [...new Set(inOrder)].flatMap((collector): DeviceGroup[] => {
    const ofCollector = byCollector.get(collector);
    const title =
      language.collectors[collector]?.title ?? catalogue.find(({ id }) => id === collector)?.title ?? collector;
    const icon = ofCollector?.[0]?.icon ?? unknownDeviceIcon;
    return ofCollector === undefined ? [] : [{ title, icon, collector, devices: ofCollector }];
  });
  const isLabWide = ({ collector }: DeviceGroup) => catalogue.find(({ id }) => id === collector)?.scope === 'lab';
  const sites = [...groupBy(machines, ({ site }) => site ?? texts.machines)].sort(([a], [b]) => a.localeCompare(b));
  const sectionsOf = ({ title, icon, devices: all }: DeviceGroup) => groupSections(title, icon, all, texts);
  const lab = [
    problemsAndUpdatesSection(devices, machines, texts),
    ...groups.filter(isLabWide).flatMap(sectionsOf),
    ...sites.flatMap(([site, all]) => groupSections(site, 'mdi:map-marker', all, texts)),
    ...groups.filter((group) => !isLabWide(group)).flatMap(sectionsOf),
  ];
  return {
    title: texts.lab,
    views: [
      ...dashboardView(texts.lab, 'lab', lab, { badges: machineStatusBadges(machines) }),
      ...groups.flatMap((group) => dashboardView(group.title, group.collector.replaceAll('_', '-'), sectionsOf(group))),
      ...dashboardView(texts.network, 'network', networkSections(devices, texts)),
      ...devices.flatMap((device) =>
        dashboardView(device.name, devicePagePath(device), devicePageSections(device, devices, texts), {
          subview: true,
        }),
      ),
    ],
  };
}
