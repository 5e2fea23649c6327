import { groupBy } from '../../model/group-by.ts';
import { SiteSpellings } from '../../model/site-spellings.ts';
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
  withVisibility,
} from './cards.ts';
import { englishDashboard } from './dashboard-language.ts';
import { devicePageSections } from './device-page.ts';
import { deviceSummaryCards, isProbeTargetDevice, isShownOnDashboard } from './device-summary-cards.ts';
import { compareNames, type LabDevice, type LabEntity, unknownDeviceIcon } from './lab-device.ts';
import {
  isProblemListEntity,
  machineStatusBadges,
  problemsAndUpdatesSection,
  visibleWhileWrong,
} from './problem-cards.ts';
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

/** Path of the view of a group below the dashboard. */
const groupPath = ({ collector }: DeviceGroup) => collector.replaceAll('_', '-');

/** Devices of one kind that the first view shows, at most. */
const maxOverviewDevices = 12;

/** Devices of one kind as a view shows them: all, or of very many those with something wrong, below a title that leads
 * to the view with all of them. */
function shownDevices(title: string, devices: readonly LabDevice[], allPath: string | undefined) {
  return allPath === undefined || devices.length <= maxOverviewDevices
    ? { title, devices, page: undefined, visibilityOf: () => [] }
    : { title: `${title} (${devices.length})`, devices, page: allPath, visibilityOf: visibleWhileWrong };
}

/** Sections of devices below a title. Targets share one, the last: each is a tile without a heading. `allPath`: path of
 * the view that has all devices, for a view that need not. */
function groupSections(
  title: string,
  icon: string,
  all: readonly LabDevice[],
  texts: DashboardTexts,
  allPath?: string,
): DashboardSection[] {
  const others = shownDevices(
    title,
    all.filter((device) => !isProbeTargetDevice(device)),
    allPath,
  );
  const hasOthers = others.devices.length > 0;
  const targets = shownDevices(hasOthers ? texts.targets : title, all.filter(isProbeTargetDevice), allPath);
  const sections = [
    ...others.devices.flatMap((device) =>
      fittedWidthDeviceSections(deviceSummaryCards(device)).map((section) =>
        withVisibility(section, others.visibilityOf(device)),
      ),
    ),
    ...fullWidthGridSections([
      ...(hasOthers ? [subtitleCard(targets.title, { icon: 'mdi:bullseye-arrow', page: targets.page })] : []),
      ...targets.devices.flatMap((device) =>
        deviceSummaryCards(device).map((card) => withVisibility(card, targets.visibilityOf(device))),
      ),
    ]),
  ];
  const first = hasOthers ? others : targets;
  return sections.length === 0 ? [] : [headingSection(first.title, icon, first.page), ...sections];
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
  const spellings = new SiteSpellings(machines.map(({ site }) => site));
  const siteTitleOf = ({ site }: LabDevice) => (site === undefined ? texts.machines : spellings.chosenSpelling(site));
  const sites = [...groupBy(machines, siteTitleOf)].sort(([a], [b]) => compareNames(a, b));
  const sectionsOf = ({ title, icon, devices: all }: DeviceGroup) => groupSections(title, icon, all, texts);
  const overviewOf = (group: DeviceGroup) =>
    groupSections(group.title, group.icon, group.devices, texts, groupPath(group));
  const lab = [
    problemsAndUpdatesSection(devices, machines, texts),
    ...groups.filter(isLabWide).flatMap(overviewOf),
    ...sites.flatMap(([site, all]) => groupSections(site, 'mdi:map-marker', all, texts)),
    ...groups.filter((group) => !isLabWide(group)).flatMap(overviewOf),
  ];
  return {
    title: texts.lab,
    views: [
      ...dashboardView(texts.lab, 'lab', lab, { badges: machineStatusBadges(machines) }),
      ...groups.flatMap((group) => dashboardView(group.title, groupPath(group), sectionsOf(group))),
      ...dashboardView(texts.network, 'network', networkSections(devices, texts)),
      ...devices.flatMap((device) =>
        dashboardView(device.name, devicePagePath(device), devicePageSections(device, devices, texts), {
          subview: true,
        }),
      ),
    ],
  };
}
