import type { StepwiseWork } from '../model/event-loop-turns.ts';
import { entityUniqueId } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { type AnnouncementPlan, discoveryOrigin } from '../views/discovery.ts';
import type { RetainedPayloadsByTopic } from '../views/state-and-event-payloads.ts';
import {
  type Component,
  isComponentTombstone,
  parseDeviceDiscoveryPayload,
  parseOwnAnnouncements,
} from './announcement-payload.ts';

/** How a removed component stands in a payload. Home Assistant removes an entity only when a component that it knows
 * turns into its platform alone (a tombstone); a tombstone that was published while Home Assistant was offline has no
 * effect. So the tombstone stays in the retained payload until Home Assistant comes online; then the component is
 * announced once more (`restore`), becomes a tombstone again, and is omitted. */
export type ComponentRemovalPhase = 'tombstone' | 'restore' | 'omit';

export interface DiscoveryReconciliationInput extends AnnouncementPlan {
  agent: AgentIdentity;
  /** This agent's retained messages when the connection began. */
  retained: ReadonlyMap<string, string>;
  /** Devices that are not to be announced, because the user has removed them. */
  dismissed: ReadonlySet<string>;
  phase: ComponentRemovalPhase;
  /** The payload that this connection has sent last. */
  lastSent?(topic: string): string | undefined;
}

/** The least with which Home Assistant takes a component, by its platform; the others need a state topic. */
const requiredOptions = ({ status, ping }: Topics, platform: unknown): Component =>
  platform === 'button'
    ? { command_topic: ping }
    : { state_topic: status, ...(platform === 'event' ? { event_types: ['none'] } : {}) };

function removedComponent(
  { agent, phase }: DiscoveryReconciliationInput,
  device: string,
  key: string,
  platform: unknown,
): Component | undefined {
  if (phase === 'omit') return undefined;
  return phase === 'tombstone'
    ? { platform }
    : {
        platform,
        unique_id: entityUniqueId(agent, device, key),
        // For the seconds that it is there again, dashboards leave it out.
        entity_category: 'diagnostic',
        ...requiredOptions(new Topics(agent), platform),
      };
}

const isRemoved = ({ excluded, declared }: AnnouncementPlan, device: string, key: string) =>
  excluded.get(device)?.has(key) || !declared(device, key);

/** Components of an earlier payload that the desired one lacks: unchanged while they are declared, else in this phase
 * of removal. */
function inheritedComponents(
  input: DiscoveryReconciliationInput,
  device: string,
  earlier: Record<string, Component>,
): { components: Record<string, Component>; hasRemoved: boolean } {
  const desired = input.desired.get(device)?.components ?? {};
  const components: Record<string, Component> = {};
  let hasRemoved = false;
  for (const [key, old] of Object.entries(earlier)) {
    if (key in desired) continue;
    const stays = !isComponentTombstone(old) && !isRemoved(input, device, key);
    const component = stays ? old : removedComponent(input, device, key, old.platform);
    if (component === undefined) continue;
    components[key] = component;
    hasRemoved ||= !stays;
  }
  return { components, hasRemoved };
}

/** Components that this connection has announced and that are to be removed. */
const removedSince = (
  input: DiscoveryReconciliationInput,
  device: string,
  sent: Record<string, Component> = {},
): Record<string, Component> =>
  Object.fromEntries(
    Object.entries(sent).filter(([key]) => isComponentTombstone(sent[key] ?? {}) || isRemoved(input, device, key)),
  );

/** The components with the entity ids that they were announced with before: Home Assistant keeps the first, whatever
 * the device or part is called now, and what reads the announcements should find it. */
function withFirstEntityIds(
  components: Record<string, Component>,
  before: Record<string, Component>,
): Record<string, Component> {
  return Object.fromEntries(
    Object.entries(components).map(([key, component]) => {
      const { platform, default_entity_id: id } = before[key] ?? {};
      const isSame = platform === component.platform && typeof id === 'string';
      return [key, isSame ? { ...component, default_entity_id: id } : component];
    }),
  );
}

/** The devices of this agent that are desired or retained, without those that were dismissed. Also those that are
 * excluded, because they may have been announced over this connection, after what is retained was read. */
function devicesToReconcile({ agent, desired, excluded, retained, dismissed }: DiscoveryReconciliationInput): string[] {
  const topics = new Topics(agent);
  const announced = [...retained.keys()].flatMap((topic) => topics.deviceOfOwnDiscovery(topic) ?? []);
  return [...new Set([...desired.keys(), ...excluded.keys(), ...announced])].filter((device) => !dismissed.has(device));
}

/** Sorts devices so that each comes after the one that it names as `via_device`: Home Assistant would create a nameless
 * device for a parent that it does not know yet. */
function sortByDepth<Entry extends { device: Record<string, unknown> }>(entries: readonly Entry[]): Entry[] {
  const byIdentifier = new Map<unknown, Entry>();
  for (const entry of entries)
    for (const identifier of [entry.device.identifiers].flat()) byIdentifier.set(identifier, entry);
  const depths = new Map<Entry, number>();
  const depthOf = (entry: Entry): number => {
    const known = depths.get(entry);
    if (known !== undefined) return known;
    // Ends a circle of parents.
    depths.set(entry, 0);
    const { via_device: via } = entry.device;
    const parent = byIdentifier.get(via);
    const depth = via === undefined ? 0 : 1 + (parent === undefined ? 0 : depthOf(parent));
    depths.set(entry, depth);
    return depth;
  };
  for (const entry of entries) depthOf(entry);
  return entries.toSorted((a, b) => depthOf(a) - depthOf(b));
}

export interface ReconciledDiscovery {
  /** Of each device by its topic, parents first: what is desired, and what an earlier payload has besides. Empty for a
   * device that has no component left. */
  payloads: RetainedPayloadsByTopic;
  /** Some have components to remove, as tombstones or restored. */
  hasRemoved: boolean;
}

/** The discovery payloads to publish; a part for each component of a device. */
export function* reconcileDiscoveryPayloads(input: DiscoveryReconciliationInput): StepwiseWork<ReconciledDiscovery> {
  const { agent, desired, retained, lastSent } = input;
  const topics = new Topics(agent);
  const announcements: { topic: string; device: Component; components: Record<string, Component> }[] = [];
  let hasRemoved = false;
  for (const id of devicesToReconcile(input)) {
    const topic = topics.discovery(id);
    const current = desired.get(id);
    const count = Object.keys(current?.components ?? {}).length;
    const earlier = parseDeviceDiscoveryPayload(retained.get(topic));
    yield count;
    const sent = parseDeviceDiscoveryPayload(lastSent?.(topic));
    yield count;
    const before = sent ?? earlier;
    const inherited = inheritedComponents(input, id, {
      ...removedSince(input, id, sent?.components),
      ...earlier?.components,
    });
    hasRemoved ||= inherited.hasRemoved;
    // Those to remove come first: behind one that Home Assistant is still setting up, it ignores all others.
    const components = {
      ...inherited.components,
      ...withFirstEntityIds(current?.components ?? {}, before?.components ?? {}),
    };
    announcements.push({ topic, device: current?.device ?? before?.device ?? {}, components });
    yield count;
  }
  const payloads = new Map<string, string>();
  for (const { topic, device, components } of sortByDepth(announcements)) {
    const count = Object.keys(components).length;
    payloads.set(topic, count === 0 ? '' : JSON.stringify({ device, origin: discoveryOrigin(agent), components }));
    yield count;
  }
  return { payloads, hasRemoved };
}

/** Earlier payloads with tombstones for the components to remove, and the other components unchanged. Home Assistant
 * must get them before the new states, which lack the keys that a component to remove still reads. A part for each
 * component. */
export function* payloadsWithComponentTombstones(
  agent: AgentIdentity,
  discovery: AnnouncementPlan,
  retained: ReadonlyMap<string, string>,
): StepwiseWork<RetainedPayloadsByTopic> {
  const payloads = new Map<string, string>();
  for (const { topic, id, ...earlier } of parseOwnAnnouncements(agent, retained)) {
    const components = Object.entries(earlier.components);
    yield components.length;
    if (!components.some(([key]) => isRemoved(discovery, id, key))) continue;
    const remaining = components.map(([key, old]) => [
      key,
      isRemoved(discovery, id, key) ? { platform: old.platform } : old,
    ]);
    // The name of a device that another agent owns now is no longer this one's.
    const device = discovery.desired.get(id)?.device ?? earlier.device;
    payloads.set(topic, JSON.stringify({ ...earlier, device, components: Object.fromEntries(remaining) }));
  }
  return payloads;
}
