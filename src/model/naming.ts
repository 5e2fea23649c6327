import { createHash } from 'node:crypto';
import type { Device, DevicePart } from './device.ts';
import type { AgentIdentity } from './state.ts';

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 6);

/** Lower-case letters, digits and single underscores. A text with anything more exotic than the usual separators gets a
 * short hash behind it, so that two such texts never share a slug. */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const usual = /^[\w\s./:-]+$/.test(text) && plain !== '' && plain.length <= 60;
  return usual ? plain : [plain.slice(0, 40), shortHash(text)].filter(Boolean).join('_');
}

/** Where a device or part stands below its collector: `nas`, `nas/filesystem_root`. */
export const entryPath = (table: string, device: Device, part?: DevicePart): string =>
  part === undefined ? slug(device.id) : `${slug(device.id)}/${table}_${slug(part.id)}`;

/** A second part whose slug is taken: `/mnt/a_b` beside `/mnt/a/b`. */
export const entryPathWithHash = (path: string, part: DevicePart): string => `${path}_${shortHash(part.id)}`;

const agentTopic = (agent: AgentIdentity) => `${agent.baseTopic}/${agent.id}`;

/** The agent's own last will and birth. */
export const statusTopic = (agent: AgentIdentity) => `${agentTopic(agent)}/status`;

/** Where the agent speaks to itself, to learn that it has heard all before. */
export const pingTopic = (agent: AgentIdentity) => `${agentTopic(agent)}/echo`;

/** That of every agent. */
export const allPingTopics = (agent: AgentIdentity) => pingTopic({ ...agent, id: '+' });

/** Whose echo a topic is; undefined for any other topic. */
export const agentOfPingTopic = ({ baseTopic }: AgentIdentity, topic: string): string | undefined =>
  topic.startsWith(`${baseTopic}/`) ? /^([^/]+)\/echo$/.exec(topic.slice(baseTopic.length + 1))?.[1] : undefined;

export const stateTopic = (agent: AgentIdentity, collector: string, path: string) =>
  `${agentTopic(agent)}/${collector}/${path}`;

export const availabilityTopic = (agent: AgentIdentity, collector: string, path: string) =>
  `${stateTopic(agent, collector, path)}/availability`;

/** What happens to a device, told once and not retained. */
export const eventTopic = (agent: AgentIdentity, collector: string, device: string) =>
  `${stateTopic(agent, collector, device)}/event`;

/** What outlives the process, of one device: its path is `<collector>/<device>`. */
export const memoryTopic = (agent: AgentIdentity, path: string) => `${agentTopic(agent)}/${path}/memory`;

/** The memories of all of this agent's devices. */
export const ownMemoryTopics = (agent: AgentIdentity) => memoryTopic(agent, '+/+');

/** The path of a memory's topic; undefined for any other topic. */
export function parseMemoryTopic(agent: AgentIdentity, topic: string): string | undefined {
  return isOwnTopic(agent, topic)
    ? /^([^/]+\/[^/]+)\/memory$/.exec(topic.slice(agentTopic(agent).length + 1))?.[1]
    : undefined;
}

/** Where the device takes commands: the payload is the key of an action. */
export const commandTopic = (agent: AgentIdentity, collector: string, device: string) =>
  `${agentTopic(agent)}/${collector}/${device}/command`;

/** All commands to this agent's devices. */
export const ownCommandTopics = (agent: AgentIdentity) => commandTopic(agent, '+', '+');

/** Whom a command is for; undefined for any other topic. */
export function parseCommandTopic(
  agent: AgentIdentity,
  topic: string,
): { collector: string; device: string } | undefined {
  if (!isOwnTopic(agent, topic)) return undefined;
  const [collector, device, last, more] = topic.slice(agentTopic(agent).length + 1).split('/');
  return collector && device && last === 'command' && more === undefined ? { collector, device } : undefined;
}

/** All that this agent retains below the base topic. */
export const ownTopics = (agent: AgentIdentity) => `${agentTopic(agent)}/#`;

/** Below the agent's own level. */
export const isOwnTopic = (agent: AgentIdentity, topic: string) => topic.startsWith(`${agentTopic(agent)}/`);

/** Which device one of this agent's own topics is about; undefined for any other topic. */
export function deviceSlugOfTopic(agent: AgentIdentity, topic: string): string | undefined {
  return isOwnTopic(agent, topic) ? topic.slice(agentTopic(agent).length + 1).split('/')[1] : undefined;
}

const nodePrefix = (agent: AgentIdentity) => `${agent.baseTopic.replaceAll(/[^\w-]/g, '_')}_`;
const nodeId = (agent: AgentIdentity) => `${nodePrefix(agent)}${agent.id}`;

/** `<prefix>/device/<node id>/<object id>/config`: Home Assistant's topic of one device. */
export const discoveryTopic = (agent: AgentIdentity, device: string) =>
  `${agent.discoveryPrefix}/device/${nodeId(agent)}/${device}/config`;

/** All that this agent announces. */
export const ownDiscoveryTopics = (agent: AgentIdentity) => discoveryTopic(agent, '+');

/** Which device of this agent's a discovery topic announces; undefined for any other topic. */
export function parseDiscoveryTopic(agent: AgentIdentity, topic: string): string | undefined {
  const [before = '', behind = ''] = ownDiscoveryTopics(agent).split('+');
  return topic.startsWith(before) && topic.endsWith(behind)
    ? topic.slice(before.length, topic.length - behind.length)
    : undefined;
}

/** The level at which bridges between brokers stand in place of agents: `bridge/<site>/state`, as `notification_topic` in mosquitto.conf. */
export const bridgeTopicLevel = 'bridge';

/** Who is there: all agents, and all bridges between brokers. */
export const presenceTopics = ({ baseTopic }: AgentIdentity) => [
  `${baseTopic}/+/status`,
  `${baseTopic}/${bridgeTopicLevel}/+/state`,
];

/** What another agent says of its devices, without their parts. */
export const deviceTopicsOfAgent = ({ baseTopic }: AgentIdentity, other: string) => [
  `${baseTopic}/${other}/+/+`,
  `${baseTopic}/${other}/+/+/availability`,
];

export interface AgentTopic {
  agent: string;
  /** The topic without the base topic. */
  path: string;
}

/** One of the above, whoever's; undefined for any other topic. */
export function parseAgentTopic({ baseTopic }: AgentIdentity, topic: string): AgentTopic | undefined {
  const path = topic.startsWith(`${baseTopic}/`) ? topic.slice(baseTopic.length + 1) : '';
  const agent = /^([^/]+)\/(status|[^/]+\/[^/]+(\/availability)?)$/.exec(path)?.[1];
  return agent === undefined ? undefined : { agent, path };
}
/** Whatever anybody announces to Home Assistant as a device of a node. */
export const allDiscoveryTopics = (agent: AgentIdentity) => `${agent.discoveryPrefix}/device/+/+/config`;

/** Does an agent below our base topic announce its device here? */
export const isAgentDiscoveryTopic = (agent: AgentIdentity, topic: string) =>
  topic.startsWith(`${agent.discoveryPrefix}/device/${nodePrefix(agent)}`);

/** Home Assistant's birth and will. */
export const homeAssistantStatusTopic = (agent: AgentIdentity) => `${agent.discoveryPrefix}/status`;

/** Home Assistant's identifier of a device. */
export const deviceIdentifier = (agent: AgentIdentity, device: string) => `${nodeId(agent)}_${device}`;

/** An entity's place in a device's discovery payload, told apart by `-`, which no slug has:
 * `host-host-cpu`, `host-filesystem_root-used`. */
export interface ComponentKey {
  collector: string;
  /** The table of metrics or actions. */
  table: string;
  /** Slug of the part, where it is one's. */
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

/** Lasts for ever in Home Assistant's registry. */
export const uniqueId = (agent: AgentIdentity, device: string, key: string) =>
  `${deviceIdentifier(agent, device)}_${key}`;
