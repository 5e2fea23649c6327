import * as z from 'zod/mini';
import type { ActionDeclaration } from '../model/action.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { Device } from '../model/device.ts';
import type { EventDeclaration } from '../model/event.ts';
import { maxBrokerMessageBytes, parseJsonWithin } from '../model/json.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import {
  agentStatusTopic,
  availabilityTopic,
  commandTopic,
  deviceDiscoveryTopic,
  deviceIdentifier,
  deviceSlugOfDiscoveryTopic,
  entityUniqueId,
  eventTopic,
  formatComponentKey,
  parseComponentKey,
  slug,
  stateTopic,
} from '../model/naming.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { supportUrl } from '../version.ts';
import { offlinePayload, onlinePayload } from './availability.ts';
import { discoveryValueOptions, platformOfMetric, valueTemplate } from './platform.ts';
import type { RetainedPayloadsByTopic } from './state-and-event-payloads.ts';

/** How a removed component stands in a payload. Home Assistant removes an entity only when a component that it knows turns into
 * its platform alone (a tombstone); a tombstone that was published while Home Assistant was offline has no effect. So the
 * tombstone stays in the retained payload until Home Assistant comes online; then the component is announced once more
 * (`restore`), becomes a tombstone again, and is omitted. */
export type RemovalPhase = 'tombstone' | 'restore' | 'omit';

/** Origin of every discovery payload, by which this program recognizes its own. */
export const discoveryOriginName = 'Home Lab Infra Monitor';

type Component = Record<string, unknown>;

/** Limits of a retained payload: ours have five levels, so a deeper one was written by another program. */
const payloadBounds = { bytes: maxBrokerMessageBytes, depth: 16 };

/** The parts of an earlier payload from which the next one is built. */
const retainedPayloadSchema = z.object({
  device: z.record(z.string(), z.unknown()),
  origin: z.record(z.string(), z.unknown()),
  components: z.record(z.string(), z.looseObject({ platform: z.string() })),
});

interface Announcement {
  device: Record<string, unknown>;
  components: Record<string, Component>;
  /** Keys of components that the settings exclude. */
  excluded: Set<string>;
}

const withoutUndefined = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const isUrl = (text: string | undefined) =>
  text !== undefined && /^(https?|homeassistant):\/\/./.test(text) && URL.canParse(text);

const parentIdentifier = (agent: AgentIdentity, { via }: Device) =>
  via === undefined ? undefined : deviceIdentifier(agent, slug(via));

const deviceInfo = (agent: AgentIdentity, device: Device) =>
  withoutUndefined({
    identifiers: [deviceIdentifier(agent, slug(device.id))],
    name: device.name,
    manufacturer: device.manufacturer,
    model: device.model,
    serial_number: device.serialNumber,
    sw_version: device.softwareVersion,
    hw_version: device.hardwareVersion,
    suggested_area: device.site ?? agent.site,
    // Home Assistant refuses the whole device for one invalid URL.
    configuration_url: isUrl(device.configurationUrl) ? device.configurationUrl : undefined,
    connections: device.macAddress === undefined ? undefined : [['mac', device.macAddress]],
    via_device: parentIdentifier(agent, device),
  });

const otherAgentsDeviceInfo = (agent: AgentIdentity, device: Device) =>
  withoutUndefined({ identifiers: [device.identifier], via_device: parentIdentifier(agent, device) });

/** “eth0” + “Receive rate” → “eth0 receive rate”; an abbreviation keeps its capitals. */
const entityName = (part: string | undefined, name: string) =>
  part === undefined ? name : `${part} ${name.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())}`;

const agentStatusOptions = (agent: AgentIdentity) => ({
  state_topic: agentStatusTopic(agent),
  payload_on: onlinePayload,
  payload_off: offlinePayload,
});

const stateOptions = (
  agent: AgentIdentity,
  collector: string,
  path: string,
  key: string,
  metric: AnyMetricDeclaration,
) => ({
  state_topic: stateTopic(agent, collector, path),
  value_template: valueTemplate(key, metric),
  ...availabilityOptions(agent, collector, path),
});

/** Available while the agent is online and its last reading of the entry succeeded. */
const availabilityOptions = (agent: AgentIdentity, collector: string, path: string) => ({
  availability: [{ topic: agentStatusTopic(agent) }, { topic: availabilityTopic(agent, collector, path) }],
  availability_mode: 'all',
});

function component(
  agent: AgentIdentity,
  collector: string,
  path: string,
  { table, device, part }: StateEntry,
  key: string,
  metric: AnyMetricDeclaration,
): [string, Component] {
  const id = slug(device.id);
  const partSlug = path.split('/')[1]?.slice(table.length + 1);
  const name = formatComponentKey({
    collector,
    table,
    metric: key,
    ...(partSlug === undefined ? {} : { part: partSlug }),
  });
  const platform = platformOfMetric(metric);
  const options = {
    platform,
    unique_id: entityUniqueId(agent, id, name),
    // Without a default, Home Assistant puts the area into the entity's id.
    default_entity_id: `${platform}.${[slug(device.name), path.split('/')[1], key].filter(Boolean).join('_')}`,
    name: entityName(part?.name, metric.name),
    ...discoveryValueOptions(metric),
    icon: metric.icon,
    entity_category: metric.category,
    enabled_by_default: metric.enabled,
    ...('followsAgentStatus' in metric ? agentStatusOptions(agent) : stateOptions(agent, collector, path, key, metric)),
  };
  return [name, withoutUndefined(options)];
}

function button(
  agent: AgentIdentity,
  collector: string,
  path: string,
  { table, device }: StateEntry,
  key: string,
  action: ActionDeclaration,
): [string, Component] {
  const id = slug(device.id);
  const name = formatComponentKey({ collector, table, metric: key });
  const options = {
    platform: 'button',
    unique_id: entityUniqueId(agent, id, name),
    default_entity_id: `button.${slug(device.name)}_${key}`,
    name: action.name,
    icon: action.icon,
    entity_category: action.category,
    enabled_by_default: action.enabled,
    command_topic: commandTopic(agent, collector, id),
    payload_press: key,
    ...availabilityOptions(agent, collector, path),
  };
  return [name, withoutUndefined(options)];
}

/** Key of a device's event entity; no metric has it. */
const eventKey = 'event';

function eventEntity(
  agent: AgentIdentity,
  collector: string,
  path: string,
  { table, device }: StateEntry,
  { name, icon, category, enabled, types }: EventDeclaration,
): [string, Component] {
  const id = slug(device.id);
  const key = formatComponentKey({ collector, table, metric: eventKey });
  const options = {
    platform: 'event',
    unique_id: entityUniqueId(agent, id, key),
    default_entity_id: `event.${slug(device.name)}_${eventKey}`,
    name,
    icon,
    entity_category: category,
    enabled_by_default: enabled,
    event_types: types,
    state_topic: eventTopic(agent, collector, path),
    // An event stays true while the device can't be read, and is published then too.
    availability: [{ topic: agentStatusTopic(agent) }],
  };
  return [key, withoutUndefined(options)];
}

/** What the state has to announce, by device id. */
function currentAnnouncements(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
): Map<string, Announcement> {
  const devices = new Map<string, Announcement>();
  for (const { id, metrics, actions, events } of catalogue) {
    for (const [path, entry] of state.collectors.get(id)?.entries ?? []) {
      const device = slug(entry.device.id);
      const announced = devices.get(device) ?? { device: {}, components: {}, excluded: new Set<string>() };
      devices.set(device, announced);
      // Two collectors may describe one device; each adds the properties that it knows.
      if (!entry.excluded)
        announced.device = {
          ...announced.device,
          ...(entry.device.identifier === undefined ? deviceInfo : otherAgentsDeviceInfo)(agent, entry.device),
        };
      for (const [key, metric] of Object.entries(metrics[entry.table] ?? {})) {
        const [name, options] = component(agent, id, path, entry, key, metric);
        if (entry.excluded) announced.excluded.add(name);
        else if (!metric.optional || entry.presentMetrics.has(key)) announced.components[name] = options;
      }
      for (const [key, action] of Object.entries(actions?.[entry.table] ?? {})) {
        const [name, options] = button(agent, id, path, entry, key, action);
        if (entry.excluded) announced.excluded.add(name);
        else announced.components[name] = options;
      }
      const event = events?.[entry.table];
      if (event !== undefined) {
        const [name, options] = eventEntity(agent, id, path, entry, event);
        announced.components[name] = options;
      }
    }
  }
  return devices;
}

/** Whether a component with this key may still be announced: its collector is active and its table has the metric. */
function isDeclared(key: string, catalogue: readonly CollectorMetadata[], state: AgentState): boolean {
  const parsed = parseComponentKey(key);
  const declaration = catalogue.find(({ id }) => id === parsed?.collector);
  if (parsed === undefined || !state.collectors.has(parsed.collector)) return false;
  const { table, metric } = parsed;
  const declared =
    metric === eventKey
      ? declaration?.events?.[table]
      : (declaration?.metrics[table]?.[metric] ?? declaration?.actions?.[table]?.[metric]);
  return declared !== undefined;
}

const isTombstone = (component: Component) => Object.keys(component).length === 1;

function removedComponent(
  agent: AgentIdentity,
  device: string,
  key: string,
  platform: unknown,
  phase: RemovalPhase,
): Component | undefined {
  if (phase === 'omit') return undefined;
  return phase === 'tombstone'
    ? { platform }
    : { platform, unique_id: entityUniqueId(agent, device, key), state_topic: agentStatusTopic(agent) };
}

/** Components of an earlier payload that the current state lacks: unchanged while they are declared, else in this phase of removal. */
function inheritedComponents(
  agent: AgentIdentity,
  device: string,
  earlier: Record<string, Component>,
  current: Announcement,
  phase: RemovalPhase,
  isStillDeclared: (key: string) => boolean,
): Record<string, Component> {
  const components: Record<string, Component> = {};
  for (const [key, old] of Object.entries(earlier)) {
    if (key in current.components) continue;
    const stays = !isTombstone(old) && !current.excluded.has(key) && isStillDeclared(key);
    const component = stays ? old : removedComponent(agent, device, key, old.platform, phase);
    if (component !== undefined) components[key] = component;
  }
  return components;
}

function parseRetained(payload: string | undefined) {
  if (payload === undefined) return undefined;
  try {
    return retainedPayloadSchema.safeParse(parseJsonWithin(payload, payloadBounds)).data;
  } catch {
    return undefined;
  }
}

/** Discovery payload of each device by its topic, parents first; empty for a device that has no component left. `retained`: this
 * agent's payloads on the broker when the connection began. */
export function discoveryPayloadsByTopic(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
  phase: RemovalPhase,
): RetainedPayloadsByTopic {
  const devices = currentAnnouncements(catalogue, agent, state);
  for (const topic of retained.keys()) {
    const id = deviceSlugOfDiscoveryTopic(agent, topic);
    if (id !== undefined && !devices.has(id)) devices.set(id, { device: {}, components: {}, excluded: new Set() });
  }
  const payloads = [...devices].map(([id, announcement]) => {
    const topic = deviceDiscoveryTopic(agent, id);
    const earlier = parseRetained(retained.get(topic));
    const components = {
      ...announcement.components,
      ...inheritedComponents(agent, id, earlier?.components ?? {}, announcement, phase, (key) =>
        isDeclared(key, catalogue, state),
      ),
    };
    const device = Object.keys(announcement.device).length > 0 ? announcement.device : (earlier?.device ?? {});
    const origin = { name: discoveryOriginName, sw_version: agent.version, support_url: supportUrl };
    return {
      topic,
      hasParent: 'via_device' in device,
      payload: Object.keys(components).length === 0 ? '' : JSON.stringify({ device, origin, components }),
    };
  });
  return new Map(
    payloads.sort((a, b) => Number(a.hasParent) - Number(b.hasParent)).map(({ topic, payload }) => [topic, payload]),
  );
}

/** Earlier payloads with tombstones for the components to remove and everything else unchanged. Home Assistant must get them
 * before the new states, which lack the keys that a component to remove still reads. */
export function tombstonePayloadsByTopic(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
): RetainedPayloadsByTopic {
  const devices = currentAnnouncements(catalogue, agent, state);
  const payloads = new Map<string, string>();
  for (const [topic, payload] of retained) {
    const id = deviceSlugOfDiscoveryTopic(agent, topic);
    const earlier = id === undefined ? undefined : parseRetained(payload);
    if (id === undefined || earlier === undefined) continue;
    const isRemoved = (key: string) => devices.get(id)?.excluded.has(key) || !isDeclared(key, catalogue, state);
    const components = Object.fromEntries(
      Object.entries(earlier.components).map(([key, old]) => [key, isRemoved(key) ? { platform: old.platform } : old]),
    );
    if (Object.keys(components).some((key) => isRemoved(key)))
      payloads.set(topic, JSON.stringify({ ...earlier, components }));
  }
  return payloads;
}

/** Whether a payload still has tombstones. */
export const hasTombstones = (payload: string): boolean =>
  Object.values(parseRetained(payload)?.components ?? {}).some(isTombstone);
