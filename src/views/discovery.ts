import * as z from 'zod/mini';
import type { ActionDeclaration } from '../model/action.ts';
import type { CollectorDeclaration } from '../model/collector.ts';
import type { Device } from '../model/device.ts';
import type { EventDeclaration } from '../model/event.ts';
import { maxMessageBytes, parseBoundedJson } from '../model/json.ts';
import type { AnyMetric } from '../model/metric.ts';
import {
  availabilityTopic,
  commandTopic,
  deviceIdentifier,
  discoveryTopic,
  eventTopic,
  formatComponentKey,
  parseComponentKey,
  parseDiscoveryTopic,
  slug,
  stateTopic,
  statusTopic,
  uniqueId,
} from '../model/naming.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { supportUrl } from '../version.ts';
import { offlinePayload, onlinePayload } from './availability.ts';
import { discoveryValueOptions, platformOfMetric, valueTemplate } from './platform.ts';
import type { RetainedPayloads } from './state-topics.ts';

/** Home Assistant removes an entity only when a component that it knows turns into a mere platform (a tombstone), and it knows
 * none that was buried while it was away. So the tombstone stays in the retained payload until Home Assistant is seen to come
 * online; then the component is announced once more, buried again, and left out. */
export type RemovalPhase = 'tombstone' | 'restore' | 'omit';

/** Tells Home Assistant, and us, whose discovery payload it is. */
export const discoveryOriginName = 'Home Lab Infra Monitor';

type Component = Record<string, unknown>;

/** Ours have five levels; what lies deeper was written by somebody else. */
const payloadBounds = { bytes: maxMessageBytes, depth: 16 };

/** As much of our own earlier payload as is needed to go on from it. */
const retainedPayload = z.object({
  device: z.record(z.string(), z.unknown()),
  origin: z.record(z.string(), z.unknown()),
  components: z.record(z.string(), z.looseObject({ platform: z.string() })),
});

interface Announcement {
  device: Record<string, unknown>;
  components: Record<string, Component>;
  /** Keys that no component may have: the settings leave them out. */
  excluded: Set<string>;
}

const defined = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const isUrl = (text: string | undefined) =>
  text !== undefined && /^(https?|homeassistant):\/\/./.test(text) && URL.canParse(text);

const parent = (agent: AgentIdentity, { via }: Device) =>
  via === undefined ? undefined : deviceIdentifier(agent, slug(via));

const deviceInfo = (agent: AgentIdentity, device: Device) =>
  defined({
    identifiers: [deviceIdentifier(agent, slug(device.id))],
    name: device.name,
    manufacturer: device.manufacturer,
    model: device.model,
    serial_number: device.serialNumber,
    sw_version: device.softwareVersion,
    hw_version: device.hardwareVersion,
    suggested_area: device.site ?? agent.site,
    // One bad address would cost the whole device.
    configuration_url: isUrl(device.configurationUrl) ? device.configurationUrl : undefined,
    connections: device.macAddress === undefined ? undefined : [['mac', device.macAddress]],
    via_device: parent(agent, device),
  });

const otherAgentsDeviceInfo = (agent: AgentIdentity, device: Device) =>
  defined({ identifiers: [device.identifier], via_device: parent(agent, device) });

/** “eth0” + “Receive rate” → “eth0 receive rate”; an abbreviation keeps its capitals. */
const entityName = (part: string | undefined, name: string) =>
  part === undefined ? name : `${part} ${name.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())}`;

const agentStatusOptions = (agent: AgentIdentity) => ({
  state_topic: statusTopic(agent),
  payload_on: onlinePayload,
  payload_off: offlinePayload,
});

const stateOptions = (agent: AgentIdentity, collector: string, path: string, key: string, metric: AnyMetric) => ({
  state_topic: stateTopic(agent, collector, path),
  value_template: valueTemplate(key, metric),
  ...availabilityOptions(agent, collector, path),
});

/** The agent lives, and could read it the last time. */
const availabilityOptions = (agent: AgentIdentity, collector: string, path: string) => ({
  availability: [{ topic: statusTopic(agent) }, { topic: availabilityTopic(agent, collector, path) }],
  availability_mode: 'all',
});

function component(
  agent: AgentIdentity,
  collector: string,
  path: string,
  { table, device, part }: StateEntry,
  key: string,
  metric: AnyMetric,
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
    unique_id: uniqueId(agent, id, name),
    // Without it the area becomes part of the entity's id.
    default_entity_id: `${platform}.${[slug(device.name), path.split('/')[1], key].filter(Boolean).join('_')}`,
    name: entityName(part?.name, metric.name),
    ...discoveryValueOptions(metric),
    icon: metric.icon,
    entity_category: metric.category,
    enabled_by_default: metric.enabled,
    ...('followsAgentStatus' in metric ? agentStatusOptions(agent) : stateOptions(agent, collector, path, key, metric)),
  };
  return [name, defined(options)];
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
    unique_id: uniqueId(agent, id, name),
    default_entity_id: `button.${slug(device.name)}_${key}`,
    name: action.name,
    icon: action.icon,
    entity_category: action.category,
    enabled_by_default: action.enabled,
    command_topic: commandTopic(agent, collector, id),
    payload_press: key,
    ...availabilityOptions(agent, collector, path),
  };
  return [name, defined(options)];
}

/** The key of a device's event entity, which no metric has. */
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
    unique_id: uniqueId(agent, id, key),
    default_entity_id: `event.${slug(device.name)}_${eventKey}`,
    name,
    icon,
    entity_category: category,
    enabled_by_default: enabled,
    event_types: types,
    state_topic: eventTopic(agent, collector, path),
    // What happened stays true while the device can't be read, and is told then.
    availability: [{ topic: statusTopic(agent) }],
  };
  return [key, defined(options)];
}

/** What can be said of each device now, by its id. */
function currentAnnouncements(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
): Map<string, Announcement> {
  const devices = new Map<string, Announcement>();
  for (const { id, metrics, actions, events } of catalogue) {
    for (const [path, entry] of state.collectors.get(id)?.entries ?? []) {
      const device = slug(entry.device.id);
      const announced = devices.get(device) ?? { device: {}, components: {}, excluded: new Set<string>() };
      devices.set(device, announced);
      // Two collectors may speak of one device; each adds what it knows.
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

/** Could a component of this key still come: its collector is on and the metric in its table? */
function isDeclared(key: string, catalogue: readonly CollectorDeclaration[], state: AgentState): boolean {
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
    : { platform, unique_id: uniqueId(agent, device, key), state_topic: statusTopic(agent) };
}

/** The components of an earlier payload that this reading does not have: kept as they were, or on their way out. */
function inheritedComponents(
  agent: AgentIdentity,
  device: string,
  before: Record<string, Component>,
  now: Announcement,
  phase: RemovalPhase,
  stillDeclared: (key: string) => boolean,
): Record<string, Component> {
  const components: Record<string, Component> = {};
  for (const [key, old] of Object.entries(before)) {
    if (key in now.components) continue;
    const kept = !isTombstone(old) && !now.excluded.has(key) && stillDeclared(key);
    const component = kept ? old : removedComponent(agent, device, key, old.platform, phase);
    if (component !== undefined) components[key] = component;
  }
  return components;
}

function parseRetained(payload: string | undefined) {
  if (payload === undefined) return undefined;
  try {
    return retainedPayload.safeParse(parseBoundedJson(payload, payloadBounds)).data;
  } catch {
    return undefined;
  }
}

/** One device payload for each device, the parents first; empty for one of which nothing is left. `retained` is what the
 * broker had of this agent when the connection began. */
export function discoveryPayloads(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
  phase: RemovalPhase,
): RetainedPayloads {
  const devices = currentAnnouncements(catalogue, agent, state);
  for (const topic of retained.keys()) {
    const id = parseDiscoveryTopic(agent, topic);
    if (id !== undefined && !devices.has(id)) devices.set(id, { device: {}, components: {}, excluded: new Set() });
  }
  const payloads = [...devices].map(([id, now]) => {
    const topic = discoveryTopic(agent, id);
    const earlier = parseRetained(retained.get(topic));
    const components = {
      ...now.components,
      ...inheritedComponents(agent, id, earlier?.components ?? {}, now, phase, (key) =>
        isDeclared(key, catalogue, state),
      ),
    };
    const device = Object.keys(now.device).length > 0 ? now.device : (earlier?.device ?? {});
    const origin = { name: discoveryOriginName, sw_version: agent.version, support_url: supportUrl };
    return {
      topic,
      child: 'via_device' in device,
      payload: Object.keys(components).length === 0 ? '' : JSON.stringify({ device, origin, components }),
    };
  });
  return new Map(
    payloads.sort((a, b) => Number(a.child) - Number(b.child)).map(({ topic, payload }) => [topic, payload]),
  );
}

/** The earlier payloads with what is to go buried and all else as it was: what Home Assistant must hear before the states
 * come, which lack the keys that a component on its way out still reads. */
export function tombstonePayloads(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  retained: ReadonlyMap<string, string>,
): RetainedPayloads {
  const devices = currentAnnouncements(catalogue, agent, state);
  const publications = new Map<string, string>();
  for (const [topic, payload] of retained) {
    const id = parseDiscoveryTopic(agent, topic);
    const earlier = id === undefined ? undefined : parseRetained(payload);
    if (id === undefined || earlier === undefined) continue;
    const goes = (key: string) => devices.get(id)?.excluded.has(key) || !isDeclared(key, catalogue, state);
    const components = Object.fromEntries(
      Object.entries(earlier.components).map(([key, old]) => [key, goes(key) ? { platform: old.platform } : old]),
    );
    if (Object.keys(components).some((key) => goes(key)))
      publications.set(topic, JSON.stringify({ ...earlier, components }));
  }
  return publications;
}

/** Does this payload still carry tombstones? */
export const hasTombstones = (payload: string): boolean =>
  Object.values(parseRetained(payload)?.components ?? {}).some(isTombstone);
