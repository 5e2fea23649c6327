import * as z from 'zod/mini';
import { optionalField, validItems } from '../../model/tolerant-schemas.ts';

/** An entity as Home Assistant has registered it. */
export interface RegisteredEntity {
  id: string;
  /** The name that the user has given it. */
  name: string | undefined;
  /** False if it is hidden, too. */
  isEnabled: boolean;
}

/** A device as Home Assistant has registered it. */
export interface RegisteredDevice {
  name: string | undefined;
  area: string | undefined;
}

/** What Home Assistant has of MQTT: entities by their unique ids, devices by their identifiers. */
export interface MqttRegistry {
  entities: ReadonlyMap<string, RegisteredEntity>;
  devices: ReadonlyMap<string, RegisteredDevice>;
}

const deviceSchema = z.object({
  identifiers: validItems(z.array(z.string())),
  name: optionalField(z.string()),
  name_by_user: optionalField(z.string()),
  area_id: optionalField(z.string()),
});

const areaSchema = z.object({ area_id: z.string(), name: z.string() });

const entrySchema = z.object({
  platform: z.literal('mqtt'),
  unique_id: z.string(),
  entity_id: z.string().check(z.regex(/^\w+\.\w+$/)),
  name: optionalField(z.string()),
  // Null unless it is.
  disabled_by: z.optional(z.unknown()),
  hidden_by: z.optional(z.unknown()),
});

const devicesSchema = validItems(deviceSchema);
const areasSchema = validItems(areaSchema);

/** From the results of `config/device_registry/list` and `config/area_registry/list`. */
export function parseRegisteredMqttDevices(devices: unknown, areas: unknown): ReadonlyMap<string, RegisteredDevice> {
  const areaNames = new Map(areasSchema.parse(areas).map(({ area_id, name }) => [area_id, name]));
  return new Map(
    devicesSchema.parse(devices).flatMap(({ identifiers, name, name_by_user, area_id }) => {
      const device = { name: name_by_user ?? name, area: areaNames.get(area_id ?? '') };
      return identifiers.flatMap(([domain, id]): [string, RegisteredDevice][] =>
        domain === 'mqtt' && id !== undefined ? [[id, device]] : [],
      );
    }),
  );
}

/** The entities of MQTT by their unique ids, from the result of `config/entity_registry/list`; undefined if it is
 * none. */
export function parseRegisteredMqttEntities(list: unknown): ReadonlyMap<string, RegisteredEntity> | undefined {
  if (!Array.isArray(list)) return undefined;
  return new Map(
    list.flatMap((entry): [string, RegisteredEntity][] => {
      const { success, data } = entrySchema.safeParse(entry);
      if (!success) return [];
      const { unique_id, entity_id: id, name, disabled_by, hidden_by } = data;
      return [[unique_id, { id, name, isEnabled: !disabled_by && !hidden_by }]];
    }),
  );
}
