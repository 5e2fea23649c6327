import * as z from 'zod/mini';
import type { CollectorMetadata } from '../../model/collector.ts';
import { parseComponentKey } from '../../model/naming.ts';
import { projectName } from '../../version.ts';
import { parseDiscoveryJson } from '../discovery-json.ts';
import { compareDevicesByName, type LabDevice, type LabEntity, unknownDeviceIcon } from './lab-device.ts';
import type { RegisteredEntity } from './registered-entities.ts';

const discoveryPayloadSchema = z.object({
  device: z.object({
    identifiers: z.tuple([z.string()], z.string()),
    name: z.string(),
    suggested_area: z.optional(z.string()),
    via_device: z.optional(z.string()),
  }),
  origin: z.object({ name: z.literal(projectName) }),
  components: z.record(
    z.string(),
    z.object({
      platform: z.string(),
      unique_id: z.optional(z.string()),
      default_entity_id: z.optional(z.string().check(z.regex(/^\w+\.\w+$/))),
      name: z.optional(z.string()),
      device_class: z.optional(z.string()),
      unit_of_measurement: z.optional(z.string()),
      state_class: z.optional(z.string()),
      entity_category: z.optional(z.string()),
      enabled_by_default: z.optional(z.boolean()),
    }),
  ),
});

type Component = z.output<typeof discoveryPayloadSchema>['components'][string];

/** The entities of all programs that use MQTT, by their unique ids. */
type RegisteredEntities = ReadonlyMap<string, RegisteredEntity>;

/** `registry`: what Home Assistant has; an entity that it does not have is left out. */
function parseEntity(key: string, component: Component, registry: RegisteredEntities | undefined): LabEntity[] {
  const parsed = parseComponentKey(key);
  const registered = registry?.get(component.unique_id ?? '');
  const isUnregistered = registry !== undefined && registered === undefined;
  // A tombstone has no default entity id.
  if (parsed === undefined || component.default_entity_id === undefined || isUnregistered) return [];
  const { default_entity_id: id, name, platform, device_class: deviceClass, unit_of_measurement: unit } = component;
  return [
    {
      ...parsed,
      // Home Assistant makes one underscore of several (`slugify`); a slug that was cut between two words has two.
      id: registered?.id ?? id.replaceAll(/_+/g, '_'),
      name: registered?.name ?? name ?? id,
      platform,
      deviceClass,
      unit,
      isMeasurement: component.state_class === 'measurement',
      hasNumber: component.state_class !== undefined,
      diagnostic: component.entity_category !== undefined,
      enabled: registered?.isEnabled ?? component.enabled_by_default !== false,
    },
  ];
}

/** The icon of the table of a device's first entity: several collectors may describe one device, and the agent's own comes last. */
const iconOfDevice = (catalogue: readonly CollectorMetadata[], [entity]: readonly LabEntity[]) =>
  catalogue.find(({ id }) => id === entity?.collector)?.tables[entity?.table ?? '']?.icon ?? unknownDeviceIcon;

function parseDevice(
  catalogue: readonly CollectorMetadata[],
  payload: string,
  registry: RegisteredEntities | undefined,
): LabDevice[] {
  const { success, data } = discoveryPayloadSchema.safeParse(parseJson(payload));
  if (!success) return [];
  const { identifiers, name, suggested_area: site, via_device: via } = data.device;
  const entities = Object.entries(data.components).flatMap(([key, component]) => parseEntity(key, component, registry));
  return entities.length === 0
    ? []
    : [{ id: identifiers[0], name, icon: iconOfDevice(catalogue, entities), site, via, entities }];
}

function parseJson(text: string): unknown {
  try {
    return parseDiscoveryJson(text);
  } catch {
    return undefined;
  }
}

/** The devices of all agents by their names, from retained discovery payloads; those of other programs are left out. `registry`: with
 * the ids that Home Assistant has given the entities, if they are known. */
export const parseLabDevices = (
  catalogue: readonly CollectorMetadata[],
  payloads: Iterable<string>,
  registry?: RegisteredEntities,
): LabDevice[] =>
  [...payloads].flatMap((payload) => parseDevice(catalogue, payload, registry)).sort(compareDevicesByName);
