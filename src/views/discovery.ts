import { type ActionDeclaration, forgetActionKey } from '../model/action.ts';
import {
  type DeviceOrPartAddress,
  formatPartSegment,
  isForgotten,
  memoryKey,
  type PartTableAndId,
} from '../model/address.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import { definedMembers } from '../model/defined-members.ts';
import type { Device, DevicePart } from '../model/device.ts';
import type { EventDeclaration } from '../model/event.ts';
import type { StepwiseWork } from '../model/event-loop-turns.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import {
  deviceIdentifier,
  entityIdPrefix,
  entityUniqueId,
  formatComponentKey,
  parseComponentKey,
  slug,
} from '../model/naming.ts';
import { type DeviceOwner, mayReportMetric, nameOwnerKey } from '../model/shared-device.ts';
import type { AgentIdentity, AgentState, StateEntry } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { projectName, supportUrl } from '../version.ts';
import { offlinePayload, onlinePayload } from './availability.ts';
import { english, type Language, translateDeviceAndPart, translatePartName } from './language.ts';
import {
  discoveryFieldsOfMetric,
  discoveryNameFields,
  isNameOfDeviceClass,
  platformOfMetric,
  valueTemplate,
} from './platform.ts';
import { addGroupsToProblemEntities } from './problem-entity-groups.ts';
import { problemListComponentKeys, problemListComponents } from './problem-list-components.ts';

type Component = Record<string, unknown>;

/** The part of a discovery payload that depends on the device. */
export interface DesiredDeviceAndComponents {
  device: Record<string, unknown>;
  components: Record<string, Component>;
}

/** What the state has to announce, by the slugs of the devices. */
export interface AnnouncementPlan {
  desired: ReadonlyMap<string, DesiredDeviceAndComponents>;
  /** Keys of the components that the settings exclude. */
  excluded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a component of this device may still be announced: its collector is active, its table has the metric, and
   * no other agent reports it. */
  declared(device: string, key: string): boolean;
}

const isUrl = (text: string | undefined) =>
  text !== undefined && /^(https?|homeassistant):\/\/./.test(text) && URL.canParse(text);

const parentIdentifier = (agent: AgentIdentity, { via }: Device) =>
  via === undefined ? undefined : deviceIdentifier(agent, slug(via));

const deviceInfo = (agent: AgentIdentity, device: Device) =>
  definedMembers({
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

/** Of a device that another agent owns, which announces its other properties. */
const ownersDeviceInfo = (agent: AgentIdentity, owner: DeviceOwner, { macAddress }: Device) =>
  definedMembers({
    identifiers: [deviceIdentifier({ ...agent, id: owner.agent }, owner.device)],
    connections: macAddress === undefined ? undefined : [['mac', macAddress]],
  });

const otherAgentsDeviceInfo = (agent: AgentIdentity, device: Device) =>
  definedMembers({ identifiers: [device.identifier], via_device: parentIdentifier(agent, device) });

const deviceInfoOf = (agent: AgentIdentity, device: Device, owner: DeviceOwner | undefined) => {
  if (owner !== undefined) return ownersDeviceInfo(agent, owner, device);
  return device.identifier === undefined ? deviceInfo(agent, device) : otherAgentsDeviceInfo(agent, device);
};

const macAddress = /([0-9a-f]{2}[:_-]){5}[0-9a-f]{2}/i;

/** A part in an entity id: by its name if its own id is a MAC address. */
const entityIdSegment = (address: PartTableAndId, part: DevicePart | undefined): string =>
  part !== undefined && macAddress.test(part.id) ? slug(part.name) : formatPartSegment(address);

const agentStatusOptions = (topics: Topics) => ({
  state_topic: topics.status,
  payload_on: onlinePayload,
  payload_off: offlinePayload,
});

const stateOptions = (topics: Topics, address: DeviceOrPartAddress, key: string, metric: AnyMetricDeclaration) => ({
  state_topic: topics.state(address),
  value_template: valueTemplate(key, metric),
  ...availabilityOptions(topics, address),
});

/** Available while the agent is online and its last reading of the entry succeeded. */
const availabilityOptions = (topics: Topics, address: DeviceOrPartAddress) => ({
  availability: [{ topic: topics.status }, { topic: topics.availability(address) }],
  availability_mode: 'all',
});

/** An entry with the name that people see of its device. */
type AnnouncedEntry = StateEntry & { shownDeviceName: string };

const namesOf = ({ tables }: Language, { address, table }: StateEntry) => tables[address.collector]?.[table];

const componentKeyOf = ({ address: { collector, part }, table }: StateEntry, metric: string) =>
  formatComponentKey({ collector, table, metric, ...(part === undefined ? {} : { part: part.id }) });

function component(
  agent: AgentIdentity,
  language: Language,
  topics: Topics,
  entry: AnnouncedEntry,
  key: string,
  metric: AnyMetricDeclaration,
  owner: DeviceOwner | undefined,
): [string, Component] {
  const { address, device, part } = entry;
  const names = namesOf(language, entry);
  const isNamedByDeviceClass = part === undefined && owner === undefined && isNameOfDeviceClass(metric);
  const nameIn = ({ words }: Language, own: string, partName: string | undefined) => {
    const whole = partName === undefined ? own : `${partName} ${words.behindPart(own)}`;
    return owner === undefined ? whole : words.seenFrom(whole, agent.name);
  };
  const shown = nameIn(language, names?.metrics[key] ?? metric.name, part && translatePartName(names, part));
  const name = componentKeyOf(entry, key);
  const platform = platformOfMetric(metric);
  const segments = [
    entityIdPrefix(agent, device.name),
    ...(address.part === undefined ? [] : [entityIdSegment(address.part, part)]),
    key,
  ];
  const options = {
    platform,
    unique_id: entityUniqueId(agent, address.device, name),
    // Without a default, Home Assistant puts the area into the entity's id.
    default_entity_id: `${platform}.${segments.join('_')}`,
    ...discoveryNameFields(
      { device: entry.shownDeviceName, entity: isNamedByDeviceClass ? undefined : shown },
      { device: device.name, entity: nameIn(english, metric.name, part?.name) },
    ),
    ...discoveryFieldsOfMetric(metric),
    icon: metric.icon,
    entity_category: metric.category,
    enabled_by_default: metric.enabled,
    ...('followsAgentStatus' in metric ? agentStatusOptions(topics) : stateOptions(topics, address, key, metric)),
  };
  return [name, definedMembers(options)];
}

function button(
  agent: AgentIdentity,
  language: Language,
  topics: Topics,
  entry: AnnouncedEntry,
  key: string,
  action: ActionDeclaration,
): [string, Component] {
  const { address, device } = entry;
  const name = componentKeyOf(entry, key);
  const options = {
    platform: 'button',
    unique_id: entityUniqueId(agent, address.device, name),
    default_entity_id: `button.${entityIdPrefix(agent, device.name)}_${key}`,
    ...discoveryNameFields(
      { device: entry.shownDeviceName, entity: namesOf(language, entry)?.actions?.[key] ?? action.name },
      { device: device.name, entity: action.name },
    ),
    icon: action.icon,
    entity_category: action.category,
    enabled_by_default: action.enabled,
    command_topic: topics.command(address),
    payload_press: key,
    ...availabilityOptions(topics, address),
  };
  return [name, definedMembers(options)];
}

/** A button with which a device or part is forgotten that is no longer there, or an agent that is lost. Without the
 * availability of what is gone. */
function forgetButton(
  agent: AgentIdentity,
  language: Language,
  topics: Topics,
  entry: AnnouncedEntry,
): [string, Component] {
  const { address, device, part } = entry;
  const { forget, forgetPart } = language.words;
  const name = componentKeyOf(entry, forgetActionKey);
  const segments = [
    entityIdPrefix(agent, device.name),
    ...(address.part === undefined ? [] : [entityIdSegment(address.part, part)]),
    forgetActionKey,
  ];
  return [
    name,
    {
      platform: 'button',
      unique_id: entityUniqueId(agent, address.device, name),
      default_entity_id: `button.${segments.join('_')}`,
      ...discoveryNameFields(
        {
          device: entry.shownDeviceName,
          entity: part === undefined ? forget : forgetPart(translatePartName(namesOf(language, entry), part)),
        },
        {
          device: device.name,
          entity: part === undefined ? english.words.forget : english.words.forgetPart(part.name),
        },
      ),
      icon: 'mdi:delete-outline',
      entity_category: 'config',
      command_topic: topics.command({ collector: address.collector, device: address.device }),
      payload_press:
        address.part === undefined ? forgetActionKey : `${forgetActionKey} ${formatPartSegment(address.part)}`,
      availability: [{ topic: topics.status }],
    },
  ];
}

/** Key of a device's event entity; no metric has it. */
const eventKey = 'event';

function eventEntity(
  agent: AgentIdentity,
  language: Language,
  topics: Topics,
  entry: AnnouncedEntry,
  { name, icon, category, enabled, types }: EventDeclaration,
): [string, Component] {
  const { address, device } = entry;
  const key = componentKeyOf(entry, eventKey);
  const options = {
    platform: 'event',
    unique_id: entityUniqueId(agent, address.device, key),
    default_entity_id: `event.${entityIdPrefix(agent, device.name)}_${eventKey}`,
    ...discoveryNameFields(
      { device: entry.shownDeviceName, entity: namesOf(language, entry)?.event ?? name },
      { device: device.name, entity: name },
    ),
    icon,
    entity_category: category,
    enabled_by_default: enabled,
    event_types: types,
    state_topic: topics.event(address),
    // An event stays true while the device can't be read, and is published then too.
    availability: [{ topic: topics.status }],
  };
  return [key, definedMembers(options)];
}

/** Origin of this agent's discovery payloads. */
export const discoveryOrigin = ({ version }: AgentIdentity) => ({
  name: projectName,
  sw_version: version,
  support_url: supportUrl,
});

/** Adds the entities for the list of problems to the device of the agent's machine; an identity for the whole lab has a
 * device for them. */
function announceProblems(
  agent: AgentIdentity,
  language: Language,
  desired: Map<string, DesiredDeviceAndComponents>,
): void {
  const machine = desired.get(agent.id);
  const name = machine === undefined ? (language.words.labDevices[agent.id] ?? agent.name) : agent.name;
  const device = machine ?? {
    device: deviceInfo(agent, {
      id: agent.id,
      name,
      manufacturer: projectName,
      model: language.words.problems,
    }),
    components: {},
  };
  Object.assign(device.components, Object.fromEntries(problemListComponents(agent, language, name)));
  desired.set(agent.id, device);
}

/** With the agent’s name behind that of a device whose name another agent’s device has. */
const withOwnName = (agent: AgentIdentity, owners: AgentState['owners'], entry: StateEntry): StateEntry =>
  owners.has(nameOwnerKey(entry.address))
    ? { ...entry, device: { ...entry.device, name: english.words.seenFrom(entry.device.name, agent.name) } }
    : entry;

type DiscoveredState = Pick<AgentState, 'collectors' | 'owners' | 'forgotten'>;

/** What discovery depends on, as it is now: readings go on between the steps. */
const snapshotOf = ({ collectors, owners, forgotten }: DiscoveredState) => ({
  collectors: new Map([...collectors].map(([id, { entries }]) => [id, [...entries.values()]])),
  owners: new Map(owners),
  forgotten: new Set(forgotten),
});

/** What the state has to announce; a part for each device and part. */
export function* planAnnouncements(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: DiscoveredState,
  language = english,
): StepwiseWork<AnnouncementPlan> {
  const { collectors, owners, forgotten } = snapshotOf(state);
  const topics = new Topics(agent);
  const desired = new Map<string, DesiredDeviceAndComponents>();
  const excluded = new Map<string, Set<string>>();
  /** What each device is, for those that do not say their model. */
  const kinds = new Map<string, string>();
  for (const { id, tables } of catalogue) {
    for (const reported of collectors.get(id) ?? []) {
      yield 1;
      const named = withOwnName(agent, owners, reported);
      const shown =
        named === reported
          ? translateDeviceAndPart(language, agent, reported).device
          : { ...named.device, name: language.words.seenFrom(reported.device.name, agent.name) };
      const entry: AnnouncedEntry = { ...named, shownDeviceName: shown.name };
      const { device } = entry.address;
      const owner = owners.get(memoryKey(entry.address));
      if (owner !== undefined && entry.part !== undefined) continue;
      const { metrics = {}, actions = {}, event } = tables[entry.table] ?? {};
      const current: Record<string, Component> = {};
      for (const [key, metric] of Object.entries(metrics)) {
        const [name, options] = component(agent, language, topics, entry, key, metric, owner);
        if (!mayReportMetric(owner, entry, metric)) continue;
        if (entry.excluded || !metric.optional || entry.presentMetrics.has(key)) current[name] = options;
      }
      for (const [key, action] of Object.entries(owner === undefined ? actions : {})) {
        const [name, options] = button(agent, language, topics, entry, key, action);
        current[name] = options;
      }
      if ((entry.missingSince !== undefined || entry.canBeForgotten) && !entry.excluded) {
        const [name, options] = forgetButton(agent, language, topics, entry);
        current[name] = options;
      }
      if (event !== undefined && owner === undefined) {
        const [name, options] = eventEntity(agent, language, topics, entry, event);
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
      const names = namesOf(language, entry);
      Object.assign(announcement.device, deviceInfoOf(agent, shown, owner));
      Object.assign(announcement.components, current);
      desired.set(device, announcement);
      const { kind, title } = tables[entry.table] ?? {};
      if (kind === 'device' && title !== undefined && !kinds.has(device)) kinds.set(device, names?.title ?? title);
    }
  }
  // Nothing else tells that a device was announced which is no longer in the state. Home Assistant warns of a device
  // that is withdrawn and was never announced, such as one of this agent's other identity.
  for (const path of forgotten) {
    const [collector = '', device = ''] = path.split('/');
    if (collectors.has(collector) && !excluded.has(device)) excluded.set(device, new Set());
  }
  for (const [device, title] of kinds) {
    const info = desired.get(device)?.device;
    if (info?.name !== undefined) info.model ??= title;
  }
  const hasList = collectors.size > 0;
  if (hasList) announceProblems(agent, language, desired);
  yield* addGroupsToProblemEntities(agent, desired);
  return {
    desired,
    excluded,
    declared: (device, key) =>
      (hasList && problemListComponentKeys.has(key)) ||
      (!isKeyForgotten(forgotten, device, key) &&
        isDeclared(key, catalogue, collectors, (collector) => owners.get(memoryKey({ collector, device })))),
  };
}

/** Whether the component with this key is one of a device or part that the user has told the agent to forget. */
function isKeyForgotten(forgotten: AgentState['forgotten'], device: string, key: string): boolean {
  const { collector = '', table = '', part: id } = parseComponentKey(key) ?? {};
  return isForgotten(forgotten, { collector, device, ...(id === undefined ? {} : { part: { table, id } }) });
}

/** Whether a component with this key may still be announced. `ownerFor`: who owns its device, if a collector is
 * known. */
function isDeclared(
  key: string,
  catalogue: readonly CollectorMetadata[],
  collectors: ReadonlyMap<string, unknown>,
  ownerFor: (collector: string) => DeviceOwner | undefined,
): boolean {
  const parsed = parseComponentKey(key);
  const declaration = catalogue.find(({ id }) => id === parsed?.collector);
  if (parsed === undefined || !collectors.has(parsed.collector)) return false;
  const { metric } = parsed;
  const { kind, metrics = {}, actions = {}, event } = declaration?.tables[parsed.table] ?? {};
  if (ownerFor(parsed.collector) !== undefined) return kind === 'device' && metrics[metric]?.perAgent === true;
  return metric === eventKey ? event !== undefined : metric in metrics || metric in actions;
}
