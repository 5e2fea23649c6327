import { createHash } from 'node:crypto';
import type { Device, DevicePart } from './device.ts';
import type { AgentIdentity } from './state.ts';

export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 6);

/** Lower-case letters, digits and single underscores. A text with characters other than common separators gets the
 * suffix of a short hash, so that two such texts have different slugs. */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const isUnambiguous = /^[\w\s./:-]+$/.test(text) && plain !== '' && plain.length <= 60;
  return isUnambiguous ? plain : [plain.slice(0, 40), shortHash(text)].filter(Boolean).join('_');
}

/** Path of a device or part below its collector: `nas`, `nas/filesystem_root`. */
export const entryPath = (table: string, device: Device, part?: DevicePart): string =>
  part === undefined ? slug(device.id) : `${slug(device.id)}/${table}_${slug(part.id)}`;

const agentTopic = (agent: AgentIdentity) => `${agent.baseTopic}/${agent.id}`;

/** Topic of the agent's birth message and last will. */
export const agentStatusTopic = (agent: AgentIdentity) => `${agentTopic(agent)}/status`;

/** Topic of messages from the agent to itself. Once such a message is back, all earlier messages have been received. */
export const pingTopic = (agent: AgentIdentity) => `${agentTopic(agent)}/echo`;

/** Filter for the ping topics of all agents. */
export const allPingTopicsFilter = (agent: AgentIdentity) => pingTopic({ ...agent, id: '+' });

/** The agent of a ping topic; undefined for any other topic. */
export const agentIdOfPingTopic = ({ baseTopic }: AgentIdentity, topic: string): string | undefined =>
  topic.startsWith(`${baseTopic}/`) ? /^([^/]+)\/echo$/.exec(topic.slice(baseTopic.length + 1))?.[1] : undefined;

/** Topic of the data about a device that outlives the process. `path`: `<collector>/<device>`. */
export const memoryTopic = (agent: AgentIdentity, path: string) => `${agentTopic(agent)}/${path}/memory`;

/** Topics of the data about all devices of this agent. */
export const ownMemoryTopicsFilter = (agent: AgentIdentity) => memoryTopic(agent, '+/+');

/** The path `<collector>/<device>` of a memory topic; undefined for any other topic. */
export function memoryPathOfTopic(agent: AgentIdentity, topic: string): string | undefined {
  return isOwnTopic(agent, topic)
    ? /^([^/]+\/[^/]+)\/memory$/.exec(topic.slice(agentTopic(agent).length + 1))?.[1]
    : undefined;
}

/** Topic of commands to a device; the payload is the key of an action. */
export const commandTopic = (agent: AgentIdentity, collector: string, device: string) =>
  `${agentTopic(agent)}/${collector}/${device}/command`;

/** Filter for the command topics of all devices of this agent. */
export const ownCommandTopicsFilter = (agent: AgentIdentity) => commandTopic(agent, '+', '+');

/** Filter for all of this agent's topics below the base topic. */
export const ownTopicsFilter = (agent: AgentIdentity) => `${agentTopic(agent)}/#`;

/** Whether a topic is one of this agent's below the base topic. */
export const isOwnTopic = (agent: AgentIdentity, topic: string) => topic.startsWith(`${agentTopic(agent)}/`);

/** The agent of a topic below the base topic; undefined for any other topic. */
export const agentIdOfTopic = ({ baseTopic }: AgentIdentity, topic: string): string | undefined =>
  topic.startsWith(`${baseTopic}/`) ? topic.slice(baseTopic.length + 1).split('/')[0] : undefined;

/** Filter for what all agents report on their own collector of this ID. */
export const collectorStateTopicsOfAllAgentsFilter = (agent: AgentIdentity, collector: string) =>
  `${agentTopic({ ...agent, id: '+' })}/agent/+/collector_${slug(collector)}`;

/** The device of one of this agent's own topics; undefined for any other topic. */
export function deviceSlugOfOwnTopic(agent: AgentIdentity, topic: string): string | undefined {
  return isOwnTopic(agent, topic) ? topic.slice(agentTopic(agent).length + 1).split('/')[1] : undefined;
}

const nodePrefix = (agent: AgentIdentity) => `${agent.baseTopic.replaceAll(/[^\w-]/g, '_')}_`;
const nodeId = (agent: AgentIdentity) => `${nodePrefix(agent)}${agent.id}`;

/** `<prefix>/device/<node id>/<object id>/config`: the discovery topic of a device. */
export const deviceDiscoveryTopic = (agent: AgentIdentity, device: string) =>
  `${agent.discoveryPrefix}/device/${nodeId(agent)}/${device}/config`;

/** Filter for the discovery topics of this agent's devices. */
export const ownDiscoveryTopicsFilter = (agent: AgentIdentity) => deviceDiscoveryTopic(agent, '+');

/** The device of one of this agent's discovery topics; undefined for any other topic. */
export function deviceSlugOfDiscoveryTopic(agent: AgentIdentity, topic: string): string | undefined {
  const [before = '', behind = ''] = ownDiscoveryTopicsFilter(agent).split('+');
  return topic.startsWith(before) && topic.endsWith(behind)
    ? topic.slice(before.length, topic.length - behind.length)
    : undefined;
}

/** Topic level of bridges between brokers, in place of an agent's: `bridge/<site>/state`, set with `notification_topic`
 * in mosquitto.conf. */
export const bridgeTopicLevel = 'bridge';

/** Filters for the status topics of all agents and all bridges between brokers. */
export const presenceTopicFilters = ({ baseTopic }: AgentIdentity) => [
  `${baseTopic}/+/status`,
  `${baseTopic}/${bridgeTopicLevel}/+/state`,
];

/** Filters for the state and availability of another agent's devices, without their parts. */
export const deviceTopicFiltersOfAgent = ({ baseTopic }: AgentIdentity, agentId: string) => [
  `${baseTopic}/${agentId}/+/+`,
  `${baseTopic}/${agentId}/+/+/availability`,
];

export interface ParsedAgentTopic {
  agent: string;
  /** The topic without the base topic. */
  path: string;
}

/** Parses an agent's or bridge's status topic, or a device's state or availability topic; undefined for any other
 * topic. */
export function parseAgentTopic({ baseTopic }: AgentIdentity, topic: string): ParsedAgentTopic | undefined {
  const path = topic.startsWith(`${baseTopic}/`) ? topic.slice(baseTopic.length + 1) : '';
  const agent = /^([^/]+)\/(status|[^/]+\/[^/]+(\/availability)?)$/.exec(path)?.[1];
  return agent === undefined ? undefined : { agent, path };
}

/** Filter for the discovery topics of all devices, including those of other programs. */
export const allDiscoveryTopicsFilter = (agent: AgentIdentity) => `${agent.discoveryPrefix}/device/+/+/config`;

/** Whether a topic is the discovery topic of any agent with the same base topic. */
export const isDiscoveryTopicOfAnyAgent = (agent: AgentIdentity, topic: string) =>
  topic.startsWith(`${agent.discoveryPrefix}/device/${nodePrefix(agent)}`);

/** Topic of Home Assistant's birth message and last will. */
export const homeAssistantStatusTopic = (agent: AgentIdentity) => `${agent.discoveryPrefix}/status`;

/** Home Assistant's identifier of a device. */
export const deviceIdentifier = (agent: AgentIdentity, device: string) => `${nodeId(agent)}_${device}`;

/** Key of an entity in a device's discovery payload, joined with `-`, which no slug contains: `host-host-cpu`,
 * `host-filesystem_root-used`. */
export interface ComponentKey {
  collector: string;
  /** The table of metrics or actions. */
  table: string;
  /** Slug of the part, if the entity belongs to one. */
  part?: string;
  /** The key of a metric or action. */
  metric: string;
}

export const formatComponentKey = ({ collector, table, part, metric }: ComponentKey) =>
  [collector, part === undefined ? table : `${table}_${part}`, metric].join('-');

export function parseComponentKey(key: string): ComponentKey | undefined {
  const [, collector, table, part, metric] = /^([a-z]\w*)-([a-z]+)(?:_(\w+))?-(\w+)$/.exec(key) ?? [];
  if (collector === undefined || table === undefined || metric === undefined) return undefined;
  return { collector, table, ...(part === undefined ? {} : { part }), metric };
}

/** Must never change: Home Assistant's entity registry keeps it. */
export const entityUniqueId = (agent: AgentIdentity, device: string, key: string) =>
  `${deviceIdentifier(agent, device)}_${key}`;
