import * as z from 'zod/mini';
import { optionalField, validMembers } from '../../model/tolerant-schemas.ts';
import { parseAndExpandDiscoveryJson } from '../discovery-json.ts';

/** Platforms whose announcements make no entity (homeassistant/components/mqtt/discovery.py). */
const platformsWithoutEntity = new Set(['device_automation', 'tag']);

const componentSchema = z.looseObject({
  platform: optionalField(z.string()),
  enabled_by_default: optionalField(z.boolean()),
});
/** The announcement of a device with its components, or of one entity. */
const announcementSchema = z.extend(componentSchema, { components: z.optional(validMembers(componentSchema)) });

type Component = z.output<typeof componentSchema>;

/** A component with nothing but its platform is one that Home Assistant is to remove. */
const isEnabledEntity = (platform: string | undefined, component: Component) =>
  Object.keys(component).length > 1 &&
  component.enabled_by_default !== false &&
  !platformsWithoutEntity.has(platform ?? '');

function parseAnyDiscoveryPayload(payload: string): z.output<typeof announcementSchema> | undefined {
  try {
    return announcementSchema.safeParse(parseAndExpandDiscoveryJson(payload)).data;
  } catch {
    return undefined;
  }
}

/** The entities that these discovery payloads of any programs announce and that are not disabled by default. */
export function countEnabledEntitiesInDiscoveryPayloads(
  discoveryPrefix: string,
  payloads: ReadonlyMap<string, string>,
): number {
  let count = 0;
  for (const [topic, payload] of payloads) {
    const announcement = parseAnyDiscoveryPayload(payload);
    if (announcement === undefined) continue;
    const { components, ...single } = announcement;
    const [platformOfTopic] = topic.slice(discoveryPrefix.length + 1).split('/');
    count +=
      components === undefined
        ? Number(isEnabledEntity(platformOfTopic, single))
        : Object.values(components).filter((one) => isEnabledEntity(one.platform, one)).length;
  }
  return count;
}
