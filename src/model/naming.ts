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

/** Filter for all of this agent's topics below the base topic. */
export const ownTopicsFilter = (agent: AgentIdentity) => `${agentTopic(agent)}/#`;

/** Whether a topic is one of this agent's below the base topic. */
export const isOwnTopic = (agent: AgentIdentity, topic: string) => topic.startsWith(`${agentTopic(agent)}/`);

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

/** Filter for the discovery topics of all devices, including those of other programs. */
export const allDiscoveryTopicsFilter = (agent: AgentIdentity) => `${agent.discoveryPrefix}/device/+/+/config`;

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
