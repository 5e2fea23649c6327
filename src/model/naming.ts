import { createHash } from 'node:crypto';
import type { Device, Part } from './device.ts';
import type { Agent } from './state.ts';

const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 6);

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
  return usual ? plain : [plain.slice(0, 40), short(text)].filter(Boolean).join('_');
}

/** Where a device or part stands below its collector: `nas`, `nas/filesystem_root`. */
export const entryPath = (of: string, device: Device, part?: Part): string => (part === undefined ? slug(device.id) : `${slug(device.id)}/${of}_${slug(part.id)}`);

/** A second part whose slug is taken: `/mnt/a_b` beside `/mnt/a/b`. */
export const distinctPath = (path: string, part: Part): string => `${path}_${short(part.id)}`;

const root = (agent: Agent) => `${agent.baseTopic}/${agent.id}`;

/** The agent's own last will and birth. */
export const statusTopic = (agent: Agent) => `${root(agent)}/status`;

/** Where the agent speaks to itself, to learn that it has heard all before. */
export const echoTopic = (agent: Agent) => `${root(agent)}/echo`;

/** That of every agent. */
export const echoTopics = (agent: Agent) => echoTopic({ ...agent, id: '+' });

/** Whose echo a topic is; undefined for any other topic. */
export const agentOfEcho = ({ baseTopic }: Agent, topic: string): string | undefined =>
  topic.startsWith(`${baseTopic}/`) ? /^([^/]+)\/echo$/.exec(topic.slice(baseTopic.length + 1))?.[1] : undefined;

export const stateTopic = (agent: Agent, collector: string, path: string) => `${root(agent)}/${collector}/${path}`;

export const availabilityTopic = (agent: Agent, collector: string, path: string) => `${stateTopic(agent, collector, path)}/availability`;

/** What happens to a device, told once and not retained. */
export const eventTopic = (agent: Agent, collector: string, device: string) => `${stateTopic(agent, collector, device)}/event`;

/** What outlives the process, of one device: its path is `<collector>/<device>`. */
export const memoryTopic = (agent: Agent, path: string) => `${root(agent)}/${path}/memory`;

/** The path of a memory's topic; undefined for any other topic. */
export function memoryOfTopic(agent: Agent, topic: string): string | undefined {
  return isOwnTopic(agent, topic) ? /^([^/]+\/[^/]+)\/memory$/.exec(topic.slice(root(agent).length + 1))?.[1] : undefined;
}

/** Where the device takes commands: the payload is the key of an action. */
export const commandTopic = (agent: Agent, collector: string, device: string) => `${root(agent)}/${collector}/${device}/command`;

/** All commands to this agent's devices. */
export const ownCommandTopics = (agent: Agent) => commandTopic(agent, '+', '+');

/** Whom a command is for; undefined for any other topic. */
export function parseCommandTopic(agent: Agent, topic: string): { collector: string; device: string } | undefined {
  if (!isOwnTopic(agent, topic)) return undefined;
  const [collector, device, last, more] = topic.slice(root(agent).length + 1).split('/');
  return collector && device && last === 'command' && more === undefined ? { collector, device } : undefined;
}

/** All that this agent retains below the base topic. */
export const ownTopics = (agent: Agent) => `${root(agent)}/#`;

/** Below the agent's own level. */
export const isOwnTopic = (agent: Agent, topic: string) => topic.startsWith(`${root(agent)}/`);

/** Which device one of this agent's own topics is about; undefined for any other topic. */
export function deviceOfTopic(agent: Agent, topic: string): string | undefined {
  return isOwnTopic(agent, topic) ? topic.slice(root(agent).length + 1).split('/')[1] : undefined;
}

const nodePrefix = (agent: Agent) => `${agent.baseTopic.replaceAll(/[^\w-]/g, '_')}_`;
const nodeId = (agent: Agent) => `${nodePrefix(agent)}${agent.id}`;

/** `<prefix>/device/<node id>/<object id>/config`: Home Assistant's topic of one device. */
export const discoveryTopic = (agent: Agent, device: string) => `${agent.discoveryPrefix}/device/${nodeId(agent)}/${device}/config`;

/** All that this agent announces. */
export const ownDiscoveryTopics = (agent: Agent) => discoveryTopic(agent, '+');

/** Which device of this agent's a discovery topic announces; undefined for any other topic. */
export function announcedDevice(agent: Agent, topic: string): string | undefined {
  const [before = '', behind = ''] = ownDiscoveryTopics(agent).split('+');
  return topic.startsWith(before) && topic.endsWith(behind) ? topic.slice(before.length, topic.length - behind.length) : undefined;
}

/** The level at which bridges between brokers stand in place of agents: `bridge/<site>/state`, as `notification_topic` in mosquitto.conf. */
export const bridges = 'bridge';

/** Who is there: all agents, and all bridges between brokers. */
export const labTopics = ({ baseTopic }: Agent) => [`${baseTopic}/+/status`, `${baseTopic}/${bridges}/+/state`];

/** What another agent says of its devices, without their parts. */
export const topicsOfAgent = ({ baseTopic }: Agent, other: string) => [`${baseTopic}/${other}/+/+`, `${baseTopic}/${other}/+/+/availability`];

export interface LabTopic {
  agent: string;
  /** The topic without the base topic. */
  path: string;
}

/** One of the above, whoever's; undefined for any other topic. */
export function parseLabTopic({ baseTopic }: Agent, topic: string): LabTopic | undefined {
  const path = topic.startsWith(`${baseTopic}/`) ? topic.slice(baseTopic.length + 1) : '';
  const agent = /^([^/]+)\/(status|[^/]+\/[^/]+(\/availability)?)$/.exec(path)?.[1];
  return agent === undefined ? undefined : { agent, path };
}
/** Whatever anybody announces to Home Assistant as a device of a node. */
export const allDiscoveryTopics = (agent: Agent) => `${agent.discoveryPrefix}/device/+/+/config`;

/** Does an agent below our base topic announce its device here? */
export const isAnnouncement = (agent: Agent, topic: string) => topic.startsWith(`${agent.discoveryPrefix}/device/${nodePrefix(agent)}`);

/** Home Assistant's birth and will. */
export const homeAssistantStatusTopic = (agent: Agent) => `${agent.discoveryPrefix}/status`;

/** Home Assistant's identifier of a device. */
export const deviceIdentifier = (agent: Agent, device: string) => `${nodeId(agent)}_${device}`;

/** An entity's place in a device's discovery payload, told apart by `-`, which no slug has:
 * `host-host-cpu`, `host-filesystem_root-used`. */
export interface ComponentKey {
  collector: string;
  /** The table of metrics or actions. */
  of: string;
  /** Slug of the part, where it is one's. */
  part?: string;
  /** The key of a metric or action. */
  metric: string;
}

export const componentKey = ({ collector, of, part, metric }: ComponentKey) => [collector, part === undefined ? of : `${of}_${part}`, metric].join('-');

export function parseComponentKey(key: string): ComponentKey | undefined {
  const [, collector, of, part, metric] = /^([a-z]\w*)-([a-z]+)(?:_(\w+))?-(\w+)$/.exec(key) ?? [];
  if (collector === undefined || of === undefined || metric === undefined) return undefined;
  return { collector, of, ...(part === undefined ? {} : { part }), metric };
}

/** Lasts for ever in Home Assistant's registry. */
export const uniqueId = (agent: Agent, device: string, key: string) => `${deviceIdentifier(agent, device)}_${key}`;
