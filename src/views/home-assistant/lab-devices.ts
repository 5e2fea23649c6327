import * as z from 'zod/mini';
import type { CollectorMetadata } from '../../model/collector.ts';
import { parseComponentKey } from '../../model/naming.ts';
import { optionalField, validMembers } from '../../model/tolerant-schemas.ts';
import { projectName } from '../../version.ts';
import { parseAndExpandDiscoveryJson } from '../discovery-json.ts';
import { type DashboardLanguage, englishDashboard, stateWordsOf } from './dashboard-language.ts';
import { compareDevicesByName, type LabDevice, type LabEntity, unknownDeviceIcon } from './lab-device.ts';
import type { MqttRegistry } from './registered-entities.ts';

const discoveryPayloadSchema = z.object({
  device: z.object({
    identifiers: z.tuple([z.string()], z.string()),
    name: z.string(),
    suggested_area: optionalField(z.string()),
    via_device: optionalField(z.string()),
  }),
  origin: z.object({ name: z.literal(projectName) }),
  components: validMembers(
    z.object({
      platform: z.string(),
      unique_id: optionalField(z.string()),
      default_entity_id: optionalField(z.string().check(z.regex(/^\w+\.\w+$/))),
      name: optionalField(z.string()),
      device_class: optionalField(z.string()),
      unit_of_measurement: optionalField(z.string()),
      state_class: optionalField(z.string()),
      options: optionalField(z.array(z.string())),
      entity_category: optionalField(z.string()),
      enabled_by_default: optionalField(z.boolean()),
    }),
  ),
});

type Component = z.output<typeof discoveryPayloadSchema>['components'][string];

/** `registry`: what Home Assistant has; an entity that it does not have is left out. */
function parseEntity(
  key: string,
  component: Component,
  registry: MqttRegistry | undefined,
  language: DashboardLanguage,
): LabEntity[] {
  const parsed = parseComponentKey(key);
  const registered = registry?.entities.get(component.unique_id ?? '');
  const isUnregistered = registry !== undefined && registered === undefined;
  // A tombstone has no default entity id.
  if (parsed === undefined || component.default_entity_id === undefined || isUnregistered) return [];
  const { default_entity_id: id, name, platform, device_class: deviceClass, unit_of_measurement: unit } = component;
  return [
    {
      ...parsed,
      // Home Assistant makes one underscore of several (`slugify`); a slug that was cut between two words has two.
      id: registered?.id ?? id.replaceAll(/_+/g, '_'),
      name: registered?.name ?? name ?? language.dashboard.deviceClasses[deviceClass ?? ''] ?? id,
      platform,
      deviceClass,
      unit,
      isMeasurement: component.state_class === 'measurement',
      hasNumber: component.state_class !== undefined,
      stateWords: stateWordsOf(language, parsed, component.options),
      diagnostic: component.entity_category !== undefined,
      enabled: registered?.isEnabled ?? component.enabled_by_default !== false,
    },
  ];
}

/** The icon of the table of a device's first entity: several collectors may describe one device, and the agent's own
 * comes last. */
const iconOfDevice = (catalogue: readonly CollectorMetadata[], [entity]: readonly LabEntity[]) =>
  catalogue.find(({ id }) => id === entity?.collector)?.tables[entity?.table ?? '']?.icon ?? unknownDeviceIcon;

function parseDevice(
  catalogue: readonly CollectorMetadata[],
  payload: string,
  registry: MqttRegistry | undefined,
  language: DashboardLanguage,
): LabDevice[] {
  const { success, data } = discoveryPayloadSchema.safeParse(parseJson(payload));
  if (!success) return [];
  const { identifiers, name, suggested_area: suggestedArea, via_device: via } = data.device;
  const [id] = identifiers;
  const registered = registry?.devices.get(id);
  const entities = Object.entries(data.components).flatMap(([key, component]) =>
    parseEntity(key, component, registry, language),
  );
  if (entities.length === 0) return [];
  return [
    {
      id,
      name: registered?.name ?? name,
      icon: iconOfDevice(catalogue, entities),
      // A user may have moved it, and Home Assistant takes the suggestion only once.
      site: registered === undefined ? suggestedArea : registered.area,
      via,
      entities,
    },
  ];
}

function parseJson(text: string): unknown {
  try {
    return parseAndExpandDiscoveryJson(text);
  } catch {
    return undefined;
  }
}

/** The devices of all agents by their names, from retained discovery payloads; those of other programs are left out.
 * `registry`: with the ids, names and areas that they have in Home Assistant, if these are known. */
export const parseLabDevicesWithRegistry = (
  catalogue: readonly CollectorMetadata[],
  payloads: Iterable<string>,
  registry?: MqttRegistry,
  language = englishDashboard,
): LabDevice[] =>
  [...payloads].flatMap((payload) => parseDevice(catalogue, payload, registry, language)).sort(compareDevicesByName);
