import * as z from 'zod/mini';
import type { CollectorMetadata } from '../../model/collector.ts';
import { type ComponentKey, parseComponentKey } from '../../model/naming.ts';
import { projectName } from '../../version.ts';
import { parseDiscoveryJson } from '../discovery-json.ts';

/** An entity as its agent has announced it to Home Assistant. */
export interface LabEntity extends ComponentKey {
  /** The entity id that Home Assistant gives it, unless the user has changed it. */
  id: string;
  name: string;
  platform: string;
  deviceClass?: string | undefined;
  unit?: string | undefined;
  /** Whether its state class is `measurement`: a value that rises and falls. */
  isMeasurement: boolean;
  diagnostic: boolean;
  enabled: boolean;
}

/** A device with its entities in the order of their tables. */
export interface LabDevice {
  id: string;
  name: string;
  icon: string;
  site?: string | undefined;
  /** Identifier of the device above it. */
  via?: string | undefined;
  entities: LabEntity[];
}

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

function parseEntity(key: string, component: Component): LabEntity[] {
  const parsed = parseComponentKey(key);
  // A tombstone has no default entity id.
  if (parsed === undefined || component.default_entity_id === undefined) return [];
  const { default_entity_id: id, name, platform, device_class: deviceClass, unit_of_measurement: unit } = component;
  return [
    {
      ...parsed,
      // Home Assistant makes one underscore of several (`slugify`); a slug that was cut between two words has two.
      id: id.replaceAll(/_+/g, '_'),
      name: name ?? id,
      platform,
      deviceClass,
      unit,
      isMeasurement: component.state_class === 'measurement',
      diagnostic: component.entity_category !== undefined,
      enabled: component.enabled_by_default !== false,
    },
  ];
}

/** Icon of a device of a table that is not in the catalogue: another version of the agent has announced it. */
export const unknownDeviceIcon = 'mdi:devices';

/** The icon of the table of a device's first entity: several collectors may describe one device, and the agent's own comes last. */
const iconOfDevice = (catalogue: readonly CollectorMetadata[], [entity]: readonly LabEntity[]) =>
  catalogue.find(({ id }) => id === entity?.collector)?.tables[entity?.table ?? '']?.icon ?? unknownDeviceIcon;

function parseDevice(catalogue: readonly CollectorMetadata[], payload: string): LabDevice[] {
  const { success, data } = discoveryPayloadSchema.safeParse(parseJson(payload));
  if (!success) return [];
  const { identifiers, name, suggested_area: site, via_device: via } = data.device;
  const entities = Object.entries(data.components).flatMap(([key, component]) => parseEntity(key, component));
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

const byName = (a: LabDevice, b: LabDevice) => a.name.localeCompare(b.name, 'en', { numeric: true });

/** The devices of all agents by their names, from retained discovery payloads; those of other programs are left out. */
export const parseLabDevices = (catalogue: readonly CollectorMetadata[], payloads: Iterable<string>): LabDevice[] =>
  [...payloads].flatMap((payload) => parseDevice(catalogue, payload)).sort(byName);
