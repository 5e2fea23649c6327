import { type DeviceOrPartAddress, parsePartSegment, pathBelowCollector } from './address.ts';
import { slug } from './naming.ts';
import type { AgentIdentity } from './state.ts';

/** What a topic is for, and whose it is. `agent` is the id of the agent that publishes below it. */
export type ParsedTopic =
  | { kind: 'status' | 'ping' | 'problems' | 'index'; agent: string }
  | { kind: 'state' | 'availability' | 'event' | 'memory' | 'command'; agent: string; address: DeviceOrPartAddress }
  | { kind: 'discovery'; agent: string; device: string }
  | { kind: 'claim'; collector: string; key: string }
  | { kind: 'homeAssistantStatus' }
  | { kind: 'bridge'; site: string };

/** Topic level of bridges between brokers, in place of an agent's: `bridge/<site>/state`, set with `notification_topic`
 * in mosquitto.conf. */
export const bridgeTopicLevel = 'bridge';

/** Topic level of what the agents share, in place of an agent's. */
export const sharedTopicLevel = 'shared';

/** Levels below an agent's own that are no collectors. */
const agentLevels = new Map<string, 'status' | 'ping' | 'problems' | 'index'>([
  ['status', 'status'],
  ['echo', 'ping'],
  ['problems', 'problems'],
  ['index', 'index'],
]);

/** Last levels that follow the address of a device or part. */
const addressSuffixes = ['availability', 'event', 'memory', 'command'] as const;

/** Builds and parses the topics of an agent, and parses those of the others with the same base topic. */
export class Topics {
  readonly #agent: Pick<AgentIdentity, 'id' | 'baseTopic' | 'discoveryPrefix' | 'homeAssistantBirth'>;
  readonly #root: string;
  readonly #nodePrefix: string;

  constructor(agent: Pick<AgentIdentity, 'id' | 'baseTopic' | 'discoveryPrefix' | 'homeAssistantBirth'>) {
    this.#agent = agent;
    this.#root = `${agent.baseTopic}/${agent.id}`;
    this.#nodePrefix = `${agent.discoveryPrefix}/device/${agent.baseTopic.replaceAll(/[^\w-]/g, '_')}_`;
  }

  /** The topics of another agent with the same base topic. */
  of(agent: string): Topics {
    return new Topics({ ...this.#agent, id: agent });
  }

  /** Topic of the agent's birth message and last will. */
  get status(): string {
    return `${this.#root}/status`;
  }

  /** Topic of messages from the agent to itself. Once such a message is back, all earlier messages have been
   * received. */
  get ping(): string {
    return `${this.#root}/echo`;
  }

  /** Topic of the list of what is wrong. */
  get problems(): string {
    return `${this.#root}/problems`;
  }

  /** Topic of the list of retained topics, for brokers that send them only for full names. */
  get index(): string {
    return `${this.#root}/index`;
  }

  /** Topic of Home Assistant's birth message and last will. */
  get homeAssistantStatus(): string {
    return this.#agent.homeAssistantBirth.topic;
  }

  state(address: DeviceOrPartAddress): string {
    return `${this.#root}/${address.collector}/${pathBelowCollector(address)}`;
  }

  availability(address: DeviceOrPartAddress): string {
    return `${this.state(address)}/availability`;
  }

  /** Topic of a device's events, which are not retained. */
  event(device: DeviceOrPartAddress): string {
    return `${this.state(device)}/event`;
  }

  /** Topic of the data about a device that outlives the process. `key`: see `memoryKey`. */
  memory(key: string): string {
    return `${this.#root}/${key}/memory`;
  }

  /** Topic of commands to a device; the payload is the key of an action. */
  command(device: DeviceOrPartAddress): string {
    return `${this.state(device)}/command`;
  }

  /** `<prefix>/device/<base>_<agent>/<device>/config`: the discovery topic of a device. */
  discovery(device: string): string {
    return `${this.#nodePrefix}${this.#agent.id}/${device}/config`;
  }

  /** A topic that the access rule for the discovery topics covers, and that Home Assistant does not subscribe to. */
  get ignoredDiscovery(): string {
    return this.discovery('check').replace(/config$/, 'rights');
  }

  /** Topic of the claim on a device that several agents watch. `key` identifies it for all of them. */
  claim(collector: string, key: string): string {
    return `${this.#agent.baseTopic}/${sharedTopicLevel}/${collector}/${key === '+' ? key : slug(key)}`;
  }

  /** Filter for all of this agent's topics below the base topic. */
  get ownFilter(): string {
    return `${this.#root}/#`;
  }

  /** Filters that together match all of this agent's topics below the base topic: those of the agent, its devices, what
   * belongs to a device and its parts, and what belongs to a part. */
  get ownFiltersByDepth(): string[] {
    return ['+', '+/+', '+/+/+', '+/+/+/+/#'].map((levels) => `${this.#root}/${levels}`);
  }

  /** Filter for the memories of all devices of this agent. */
  get ownMemoriesFilter(): string {
    return this.memory('+/+');
  }

  /** Filter for the commands to all devices of this agent. */
  get ownCommandsFilter(): string {
    return this.command({ collector: '+', device: '+' });
  }

  /** Filter for the discovery topics of this agent's devices. */
  get ownDiscoveryFilter(): string {
    return this.discovery('+');
  }

  /** Filters for the list of problems, and for the state and availability of the devices without their parts. */
  get ownReportFilters(): string[] {
    const device = { collector: '+', device: '+' };
    return [this.problems, this.state(device), this.availability(device)];
  }

  /** Filter for the ping topics of all agents. */
  get allPingsFilter(): string {
    return this.of('+').ping;
  }

  /** Filters for the status topics of all agents and all bridges between brokers. */
  get presenceFilters(): string[] {
    return [this.of('+').status, `${this.#agent.baseTopic}/${bridgeTopicLevel}/+/state`];
  }

  /** Filter for the claims of all agents. */
  get allClaimsFilter(): string {
    return this.claim('+', '+');
  }

  /** Filter for the discovery topics of all devices, including those of other programs. */
  get allDiscoveryFilter(): string {
    return `${this.#agent.discoveryPrefix}/device/+/+/config`;
  }

  /** Whether a topic is one of this agent's below the base topic. */
  isOwn(topic: string): boolean {
    return topic.startsWith(`${this.#root}/`);
  }

  /** The device of one of this agent's topics below the base topic; undefined for any other topic. */
  deviceOfOwnTopic(topic: string): string | undefined {
    const parsed = this.parse(topic);
    return parsed !== undefined && 'address' in parsed && parsed.agent === this.#agent.id
      ? parsed.address.device
      : undefined;
  }

  /** The device of one of this agent's discovery topics; undefined for any other topic. */
  deviceOfOwnDiscovery(topic: string): string | undefined {
    const parsed = this.parse(topic);
    return parsed?.kind === 'discovery' && parsed.agent === this.#agent.id ? parsed.device : undefined;
  }

  /** What a topic of this base topic is; undefined for any other. */
  parse(topic: string): ParsedTopic | undefined {
    if (topic === this.homeAssistantStatus) return { kind: 'homeAssistantStatus' };
    if (topic.startsWith(this.#nodePrefix)) {
      const [, agent, device] = /^([^/]+)\/([^/]+)\/config$/.exec(topic.slice(this.#nodePrefix.length)) ?? [];
      return agent === undefined || device === undefined ? undefined : { kind: 'discovery', agent, device };
    }
    const base = `${this.#agent.baseTopic}/`;
    return topic.startsWith(base) ? parseBelowBase(topic.slice(base.length).split('/')) : undefined;
  }
}

function parseBelowBase([agent = '', collector = '', device, ...rest]: string[]): ParsedTopic | undefined {
  if (agent === bridgeTopicLevel)
    return device === 'state' && rest.length === 0 ? { kind: 'bridge', site: collector } : undefined;
  if (agent === sharedTopicLevel)
    return device !== undefined && rest.length === 0 ? { kind: 'claim', collector, key: device } : undefined;
  if (device === undefined) {
    const kind = agentLevels.get(collector);
    return kind === undefined ? undefined : { kind, agent };
  }
  const suffix = addressSuffixes.find((known) => known === rest.at(-1));
  const [segment, ...more] = suffix === undefined ? rest : rest.slice(0, -1);
  const part = segment === undefined ? undefined : parsePartSegment(segment);
  if (more.length > 0 || (segment !== undefined && part === undefined)) return undefined;
  const address = { collector, device, ...(part === undefined ? {} : { part }) };
  return { kind: suffix ?? 'state', agent, address };
}
