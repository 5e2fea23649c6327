import type { ActionDeclaration } from '../model/action.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { Device } from '../model/device.ts';
import type { EventDeclaration } from '../model/event.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import {
  agentStatusTopic,
  availabilityTopic,
  commandTopic,
  deviceIdentifier,
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

/** Origin of every discovery payload, by which this program recognizes its own. */
export const discoveryOriginName = 'Home Lab Infra Monitor';

type Component = Record<string, unknown>;

/** The part of a discovery payload that depends on the device. */
export interface DesiredAnnouncement {
  device: Record<string, unknown>;
  components: Record<string, Component>;
}

/** What the state has to announce, by the slugs of the devices. */
export interface DesiredDiscovery {
  desired: ReadonlyMap<string, DesiredAnnouncement>;
  /** Keys of the components that the settings exclude. */
  excluded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a component with this key may still be announced: its collector is active and its table has the metric. */
  declared(key: string): boolean;
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

/** Origin of this agent's discovery payloads. */
export const discoveryOrigin = ({ version }: AgentIdentity) => ({
  name: discoveryOriginName,
  sw_version: version,
  support_url: supportUrl,
});

/** What the state has to announce. */
export function desiredDiscovery(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  { collectors }: Pick<AgentState, 'collectors'>,
): DesiredDiscovery {
  const desired = new Map<string, DesiredAnnouncement>();
  const excluded = new Map<string, Set<string>>();
  for (const { id, metrics, actions, events } of catalogue) {
    for (const [path, entry] of collectors.get(id)?.entries ?? []) {
      const device = slug(entry.device.id);
      const current: Record<string, Component> = {};
      for (const [key, metric] of Object.entries(metrics[entry.table] ?? {})) {
        const [name, options] = component(agent, id, path, entry, key, metric);
        if (entry.excluded || !metric.optional || entry.presentMetrics.has(key)) current[name] = options;
      }
      for (const [key, action] of Object.entries(actions?.[entry.table] ?? {})) {
        const [name, options] = button(agent, id, path, entry, key, action);
        current[name] = options;
      }
      const event = events?.[entry.table];
      if (event !== undefined) {
        const [name, options] = eventEntity(agent, id, path, entry, event);
        current[name] = options;
      }
      if (entry.excluded) {
        const keys = excluded.get(device) ?? new Set();
        for (const key of Object.keys(current)) keys.add(key);
        excluded.set(device, keys);
        continue;
      }
      // Two collectors may describe one device; each adds the properties that it knows.
      const announcement = desired.get(device) ?? { device: {}, components: {} };
      const info = entry.device.identifier === undefined ? deviceInfo : otherAgentsDeviceInfo;
      Object.assign(announcement.device, info(agent, entry.device));
      Object.assign(announcement.components, current);
      desired.set(device, announcement);
    }
  }
  return { desired, excluded, declared: (key) => isDeclared(key, catalogue, collectors) };
}

/** Whether a component with this key may still be announced: its collector is active and its table has the metric. */
function isDeclared(
  key: string,
  catalogue: readonly CollectorMetadata[],
  collectors: AgentState['collectors'],
): boolean {
  const parsed = parseComponentKey(key);
  const declaration = catalogue.find(({ id }) => id === parsed?.collector);
  if (parsed === undefined || !collectors.has(parsed.collector)) return false;
  const { table, metric } = parsed;
  const declared =
    metric === eventKey
      ? declaration?.events?.[table]
      : (declaration?.metrics[table]?.[metric] ?? declaration?.actions?.[table]?.[metric]);
  return declared !== undefined;
}
