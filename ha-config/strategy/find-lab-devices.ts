import { groupBy } from '../../src/model/group-by.ts';
import {
  type DashboardLanguage,
  englishDashboard,
  stateWordsOf,
} from '../../src/views/home-assistant/dashboard-language.ts';
import {
  compareDevicesByName,
  compareNames,
  type LabDevice,
  type LabEntity,
  unknownDeviceIcon,
} from '../../src/views/home-assistant/lab-device.ts';
import type { DeviceEntry, EntityEntry, Registries } from './registries.ts';

/** What the program's collectors have, in its order. */
export interface CollectorSummary {
  id: string;
  title: string;
  scope?: string;
  tables: Record<string, { icon: string; metrics: string[] }>;
}

/** The key of a component, with which the unique ids of agents end: collector, table with part, and metric. */
const componentKey = /^_([a-z]\w*)-([a-z]+)(?:_(\w+))?-(\w+)$/;

/** The key in the unique id of an entity. One that another agent adds to a device begins with an identifier of its own,
 * which may be any. */
function parseUniqueId(uniqueId: string, identifiers: readonly string[], collectors: readonly string[]) {
  const own = identifiers.find((identifier) => uniqueId.startsWith(`${identifier}_`));
  if (own !== undefined) return componentKey.exec(uniqueId.slice(own.length));
  const starts = collectors.map((collector) => uniqueId.lastIndexOf(`_${collector}-`));
  const start = Math.max(-1, ...starts);
  return start === -1 ? null : componentKey.exec(uniqueId.slice(start));
}

const mqttIdentifiers = ({ identifiers }: DeviceEntry) =>
  identifiers.flatMap(([domain, id]) => (domain === 'mqtt' && id !== undefined ? [id] : []));

const texts = (value: unknown) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** As it is in Home Assistant; nothing if it is registered but not announced. */
function entityOf(
  { states }: Registries,
  { entity_id: id, name, original_name, entity_category, disabled_by, hidden_by }: EntityEntry,
  [, collector = '', table = '', part, metric = '']: readonly (string | undefined)[],
  language: DashboardLanguage,
): LabEntity[] {
  const { state = '', attributes } = states[id] ?? {};
  if (attributes === undefined) return [];
  const { state_class } = attributes;
  return [
    {
      collector,
      table,
      ...(part === undefined ? {} : { part }),
      metric,
      id,
      name: name ?? original_name ?? text(attributes.friendly_name) ?? id,
      platform: id.slice(0, id.indexOf('.')),
      deviceClass: text(attributes.device_class),
      unit: text(attributes.unit_of_measurement),
      isMeasurement: state_class === 'measurement',
      stateWords: stateWordsOf(language, { collector, table, metric }, texts(attributes.options)),
      hasNumber: state_class !== undefined && state.trim() !== '' && Number.isFinite(Number(state)),
      diagnostic: entity_category !== null,
      enabled: disabled_by === null && hidden_by === null,
    },
  ];
}

/** In the order of the catalogue's tables; what the catalogue lacks, as another version's, comes last by name. */
function inOrder(catalogue: readonly CollectorSummary[], entities: readonly LabEntity[]): LabEntity[] {
  const keys = catalogue.flatMap(({ id, tables }) =>
    Object.entries(tables).flatMap(([table, { metrics }]) => metrics.map((metric) => `${id}-${table}-${metric}`)),
  );
  const places = new Map(keys.map((key, index) => [key, index]));
  const placeOf = ({ collector, table, metric }: LabEntity) =>
    places.get(`${collector}-${table}-${metric}`) ?? keys.length;
  return [...entities].sort(
    (a, b) => placeOf(a) - placeOf(b) || compareNames(a.part ?? '', b.part ?? '') || compareNames(a.name, b.name),
  );
}

const iconOf = (catalogue: readonly CollectorSummary[], { collector, table }: LabEntity) =>
  catalogue.find(({ id }) => id === collector)?.tables[table]?.icon ?? unknownDeviceIcon;

/** The devices of all agents by their names. They are found by the identifiers and unique ids that agents announce,
 * whatever names and ids they have now. */
export function findLabDevices(
  catalogue: readonly CollectorSummary[],
  registries: Registries,
  language = englishDashboard,
): LabDevice[] {
  const entriesByDevice = groupBy(
    registries.entities.filter(({ platform, device_id }) => platform === 'mqtt' && device_id !== null),
    ({ device_id }) => device_id ?? '',
  );
  const collectors = catalogue.map(({ id }) => id);
  const identifierOf = (id: string | null) => {
    const device = id === null ? undefined : registries.devices[id];
    return device && mqttIdentifiers(device)[0];
  };
  return Object.values(registries.devices)
    .flatMap((device): LabDevice[] => {
      const identifiers = mqttIdentifiers(device);
      const entries = entriesByDevice.get(device.id) ?? [];
      const isOurs = entries.some(({ unique_id }) => parseUniqueId(unique_id, identifiers, []) !== null);
      const [id] = identifiers;
      if (id === undefined || !isOurs || (device.disabled_by ?? null) !== null) return [];
      const entities = inOrder(
        catalogue,
        entries.flatMap((entry) => {
          const key = parseUniqueId(entry.unique_id, identifiers, collectors);
          return key === null ? [] : entityOf(registries, entry, key, language);
        }),
      );
      const [first] = entities;
      if (first === undefined) return [];
      return [
        {
          id,
          name: device.name_by_user ?? device.name ?? id,
          icon: iconOf(catalogue, first),
          site: device.area_id === null ? undefined : registries.areas[device.area_id]?.name,
          via: identifierOf(device.via_device_id),
          entities,
        },
      ];
    })
    .sort(compareDevicesByName);
}
