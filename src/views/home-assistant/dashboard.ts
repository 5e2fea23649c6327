import type { Declaration } from '../../model/collector.ts';
import { type Card, graph, heading, list, pagePath, type Section, section, subtitle, tile } from './cards.ts';
import type { LabDevice, LabEntity } from './lab.ts';
import { verdicts, wrong } from './verdicts.ts';
import type { YamlMap } from './yaml.ts';

const icons: Record<string, string> = {
  host: 'mdi:server',
  nvme: 'mdi:harddisk',
  router: 'mdi:router-network',
  home_assistant: 'mdi:home-assistant',
  sites: 'mdi:map-marker-radius',
};
const iconOf = (collector: string) => icons[collector] ?? 'mdi:devices';

/** Whose device it is; several collectors may speak of one, and the agent's own comes last. */
const collectorOf = ({ entities }: LabDevice) => entities[0]?.collector ?? '';

/** The machine that an agent runs on. */
const isMachine = ({ entities }: LabDevice) => entities.some(({ collector }) => collector === 'agent');

const isShown = ({ enabled, diagnostic, platform }: LabEntity) => enabled && !diagnostic && platform !== 'button';
const own = ({ entities }: LabDevice) => entities.filter((entity) => isShown(entity) && entity.part === undefined);
const isTraffic = (entity: LabEntity) => isShown(entity) && entity.unit === 'Mbit/s';

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(by(item), [...(groups.get(by(item)) ?? []), item]);
  return groups;
}

/** A device in a few tiles: what is first in its tables matters most. */
const glance = (device: LabDevice, most: number): Card[] => [
  subtitle(device.name, { icon: iconOf(collectorOf(device)), page: pagePath(device), flags: verdicts(device).filter(({ entity }) => entity.part === undefined) }),
  ...own(device)
    .filter(({ deviceClass }) => deviceClass !== 'problem' && deviceClass !== 'connectivity')
    .slice(0, most)
    .map((entity) => tile(entity)),
];

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** “eth0 receive rate” → “Receive rate”, below a heading that says eth0. */
function withoutPart(entities: readonly LabEntity[]): { part: string; names: string[] } {
  const words = entities.map(({ name }) => name.split(' '));
  const shared = (words[0] ?? []).findIndex((word, index) => words.some((other) => other[index] !== word || other.length === index + 1));
  return { part: (words[0] ?? []).slice(0, Math.max(0, shared)).join(' '), names: words.map((name) => capital(name.slice(Math.max(0, shared)).join(' '))) };
}

/** The parts of one table, each under its own name. */
function parts(of: string, entities: readonly LabEntity[]): Section[] {
  const cards = [...grouped(entities, ({ part }) => part ?? '').values()].flatMap((ofPart) => {
    if (ofPart.length === 1) return ofPart.map((entity) => tile(entity));
    const { part, names } = withoutPart(ofPart);
    return [subtitle(part), ...ofPart.map((entity, index) => tile(entity, names[index]))];
  });
  return section([heading(capital(of)), ...cards]);
}

const graphed = ['%', '°C', 'ms'];

/** Measurements of one unit in one graph; a number of its own kind says more as a tile. */
const graphs = (device: LabDevice): Card[] =>
  [
    ...grouped(
      own(device).filter(({ measures, unit }) => measures && graphed.includes(unit ?? '')),
      ({ unit }) => unit ?? '',
    ).values(),
  ].flatMap((entities) => graph(entities));

/** Everything of one device. */
const sections = (device: LabDevice): Section[] => [
  ...section([heading(device.name, iconOf(collectorOf(device))), ...own(device).map((entity) => tile(entity)), ...graphs(device)]),
  ...[
    ...grouped(
      device.entities.filter((entity) => isShown(entity) && entity.part !== undefined),
      ({ of }) => of,
    ),
  ].flatMap(([of, entities]) => parts(of, entities)),
  ...section([heading('Diagnosis', 'mdi:stethoscope'), ...list(device.entities.filter(({ enabled, diagnostic }) => enabled && diagnostic))]),
];

const view = (title: string, path: string, icon: string, cards: readonly Section[], more: YamlMap = {}): YamlMap[] =>
  cards.length === 0 ? [] : [{ title, path, icon, type: 'sections', max_columns: 4, dense_section_placement: true, ...more, sections: cards }];

/** A device with what hangs below it. */
const page = (device: LabDevice, devices: readonly LabDevice[]) =>
  view(
    device.name,
    pagePath(device),
    iconOf(collectorOf(device)),
    [...sections(device), ...devices.filter(({ via }) => via === device.id).flatMap((child) => section(glance(child, 4)))],
    { subview: true },
  );

/** What went through each machine's and router's interfaces. */
const traffic = (devices: readonly LabDevice[]) =>
  devices.flatMap((device) => {
    const links = device.entities.filter(isTraffic);
    return section([heading(device.name, iconOf(collectorOf(device))), ...graph(links)]);
  });

/** A sections view of the whole lab, pages for what there is most of, and one for each device; core cards only. */
export function dashboard(catalogue: readonly Declaration[], devices: readonly LabDevice[]): YamlMap {
  const titles = new Map(catalogue.map(({ id, title }) => [id, title]));
  const machines = devices.filter(isMachine);
  const others = grouped(
    devices.filter((device) => !isMachine(device)),
    collectorOf,
  );
  const sites = [...grouped(machines, ({ site }) => site ?? 'Machines')].sort(([a], [b]) => a.localeCompare(b));
  const kinds = [...others].map(([collector, all]) => ({ title: titles.get(collector) ?? capital(collector), icon: iconOf(collector), collector, all }));
  const lab = [
    wrong(devices),
    ...sites.flatMap(([site, all]) => section([heading(site, 'mdi:map-marker'), ...all.flatMap((device) => glance(device, 4))])),
    ...kinds.flatMap(({ title, icon, all }) => section([heading(title, icon), ...all.flatMap((device) => glance(device, 2))])),
  ];
  return {
    title: 'Lab',
    views: [
      ...view('Lab', 'lab', 'mdi:server-network', lab),
      ...kinds.flatMap(({ title, icon, collector, all }) =>
        view(
          title,
          collector.replaceAll('_', '-'),
          icon,
          all.flatMap((device) => section([...glance(device, 8), ...graphs(device)])),
        ),
      ),
      ...view('Network', 'network', 'mdi:lan', traffic(devices)),
      ...devices.flatMap((device) => page(device, devices)),
    ],
  };
}
