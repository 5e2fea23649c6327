import * as z from 'zod/mini';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { parseAndExpandDiscoveryJson } from '../views/discovery-json.ts';

export type Component = Record<string, unknown>;

const isObject = (value: unknown): value is Component =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areComponents = (value: unknown) =>
  isObject(value) && Object.values(value).every((one) => isObject(one) && typeof one.platform === 'string');

/** The parts of an earlier payload from which the next one is built. */
const retainedPayloadSchema = z.object({
  device: z.record(z.string(), z.unknown()),
  origin: z.record(z.string(), z.unknown()),
  // A machine can have thousands of components: they are not copied.
  components: z.custom<Record<string, Component & { platform: string }>>(areComponents),
});

/** A discovery payload that an agent has published; undefined if it is none. */
export function parseDeviceDiscoveryPayload(payload: string | undefined) {
  if (payload === undefined) return undefined;
  try {
    return retainedPayloadSchema.safeParse(parseAndExpandDiscoveryJson(payload)).data;
  } catch {
    return undefined;
  }
}

export type Announcement = NonNullable<ReturnType<typeof parseDeviceDiscoveryPayload>>;

/** The announcements among what an agent has retained, each parsed when its turn comes. */
export function* parseOwnAnnouncements(
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): Generator<Announcement & { topic: string; id: string }> {
  const topics = new Topics(agent);
  for (const [topic, payload] of retained) {
    const id = topics.deviceOfOwnDiscovery(topic);
    const announcement = id === undefined ? undefined : parseDeviceDiscoveryPayload(payload);
    if (id !== undefined && announcement !== undefined) yield { topic, id, ...announcement };
  }
}

export const isComponentTombstone = (component: Component) => Object.keys(component).length === 1;

/** Whether a payload still has tombstones. */
export const hasComponentTombstones = (payload: string): boolean =>
  Object.values(parseDeviceDiscoveryPayload(payload)?.components ?? {}).some(isComponentTombstone);

/** A payload without the components that Home Assistant disables by default, and the keys of these. */
export function omitComponentsDisabledByDefault(payload: string): { payload: string; omitted: string[] } {
  const announcement = parseDeviceDiscoveryPayload(payload);
  if (announcement === undefined) return { payload, omitted: [] };
  const isDisabled = ([, component]: [string, Component]) => component.enabled_by_default === false;
  const components = Object.entries(announcement.components);
  return {
    payload: JSON.stringify({
      ...announcement,
      components: Object.fromEntries(components.filter((entry) => !isDisabled(entry))),
    }),
    omitted: components.filter(isDisabled).map(([key]) => key),
  };
}
