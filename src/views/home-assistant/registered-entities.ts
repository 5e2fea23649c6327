import * as z from 'zod/mini';

/** An entity as Home Assistant has registered it. */
export interface RegisteredEntity {
  id: string;
  /** The name that the user has given it. */
  name: string | undefined;
  /** False if it is hidden, too. */
  isEnabled: boolean;
}

const entrySchema = z.object({
  platform: z.literal('mqtt'),
  unique_id: z.string(),
  entity_id: z.string().check(z.regex(/^\w+\.\w+$/)),
  name: z.nullish(z.string()),
  disabled_by: z.nullish(z.string()),
  hidden_by: z.nullish(z.string()),
});

/** The entities of MQTT by their unique ids, from the result of `config/entity_registry/list`; undefined if it is none. */
export function parseRegisteredMqttEntities(list: unknown): ReadonlyMap<string, RegisteredEntity> | undefined {
  if (!Array.isArray(list)) return undefined;
  return new Map(
    list.flatMap((entry): [string, RegisteredEntity][] => {
      const { success, data } = entrySchema.safeParse(entry);
      if (!success) return [];
      const { unique_id, entity_id: id, name, disabled_by, hidden_by } = data;
      return [[unique_id, { id, name: name ?? undefined, isEnabled: !disabled_by && !hidden_by }]];
    }),
  );
}
