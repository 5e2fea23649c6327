import { UnredactedMessageError } from '../model/errors.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { parseDeviceDiscoveryPayload } from './announcement-payload.ts';
import { pingBrokerThroughOwnTopic, roundTripUntilQuiet } from './own-topic-ping.ts';
import { SubscriptionRefusedError, UnansweredSubscriptionError } from './publish-error.ts';
import {
  readOwnRetainedByName,
  readRetainedOfTopicNames,
  subscriptionPortions,
  unsubscribeInPortions,
} from './retained-by-name.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Collects retained messages, one portion after the other: Mosquitto keeps 1,000 messages for a client that is slow to
 * receive, and drops further ones. */
class RetainedReader {
  readonly payloads = new Map<string, string>();
  readonly stop: () => void;
  readonly #connection: SingleUseBrokerConnection;
  readonly #agent: AgentIdentity;
  readonly #maxSilenceMs: number | undefined;

  constructor(connection: SingleUseBrokerConnection, agent: AgentIdentity, maxSilenceMs?: number) {
    this.#connection = connection;
    this.#agent = agent;
    this.#maxSilenceMs = maxSilenceMs;
    const { ping } = new Topics(agent);
    this.stop = connection.listen(({ topic, payload, retained }) => {
      if (retained && payload !== '' && topic !== ping) this.payloads.set(topic, payload);
    });
  }

  /** Stays subscribed. The first portion must include the ping topic. */
  async readPortion(topics: string[]): Promise<void> {
    await this.#connection.subscribe(topics, this.#maxSilenceMs).catch((cause: unknown) => {
      if (cause instanceof UnansweredSubscriptionError) throw cause;
      const refused = cause instanceof SubscriptionRefusedError ? cause.topics : topics;
      throw new UnredactedMessageError(`the broker refuses the subscription to ${refused.join(', ')}`, { cause });
    });
    await this.ping();
  }

  readRest(): Promise<void> {
    return roundTripUntilQuiet(this.payloads, () => this.ping());
  }

  ping(): Promise<void> {
    return pingBrokerThroughOwnTopic(this.#connection, this.#agent, this.#maxSilenceMs);
  }
}

/** Reads what is retained on these topics; the first portion must include the ping topic. */
export async function readRetainedPayloadsInPortions(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  portions: string[][],
): Promise<Map<string, string>> {
  const reader = new RetainedReader(connection, agent);
  try {
    for (const topics of portions) await reader.readPortion(topics);
    await reader.readRest();
    return reader.payloads;
  } finally {
    reader.stop();
  }
}

/** Reads what is retained on topics without wildcards. */
export const readRetainedOfExactTopics = (
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  names: readonly string[],
): Promise<Map<string, string>> =>
  readRetainedPayloadsInPortions(connection, agent, [[new Topics(agent).ping], ...subscriptionPortions(names)]);

/** An announcement with whole topics, where `~` stands for their beginning. */
function longForm(payload: string): string {
  return payload.includes('"~"') ? JSON.stringify(parseDeviceDiscoveryPayload(payload) ?? '') : payload;
}

/** The states and availabilities that announcements name. */
function announcedTopics(agent: AgentIdentity, retained: ReadonlyMap<string, string>): Set<string> {
  const topics = new Topics(agent);
  const named = new Set<string>();
  for (const [topic, payload] of retained)
    if (topics.deviceOfOwnDiscovery(topic) !== undefined)
      for (const text of longForm(payload).split('"')) if (topics.isOwn(text)) named.add(text);
  for (const topic of named) {
    const kind = topics.parse(topic)?.kind;
    if (kind !== 'state' && kind !== 'availability') named.delete(topic);
  }
  return named;
}

/** Reads what this agent has retained on the broker, which is the agent's memory: announcements and memories first.
 * Some of it may arrive later. Stays subscribed to the agent's status, ping, command, memory and discovery topics and
 * to Home Assistant's status. `maxSilenceMs`: of the broker, if less than usual. */
export async function readOwnRetainedPayloadsAndStaySubscribed(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  maxSilenceMs?: number,
): Promise<Map<string, string>> {
  const topics = new Topics(agent);
  const { status, ping, ownDiscoveryFilter, ownMemoriesFilter, ownCommandsFilter, homeAssistantStatus } = topics;
  const reader = new RetainedReader(connection, agent, maxSilenceMs);
  const { payloads } = reader;
  try {
    await reader.readPortion([ping, homeAssistantStatus, ownDiscoveryFilter, ownMemoriesFilter, ownCommandsFilter]);
    for (const filter of topics.ownFiltersByDepth) await reader.readPortion([filter]);
    await reader.readRest();
    const isEmpty = ![...payloads.keys()].some((topic) => topic !== homeAssistantStatus);
    await connection.subscribe([status]);
    if (isEmpty) {
      await readOwnRetainedByName(connection, agent, payloads, () => reader.ping());
      await connection.unsubscribe([topics.ownFilter]);
    }
    const missing = [...announcedTopics(agent, payloads)].filter((topic) => !payloads.has(topic));
    await readRetainedOfTopicNames(connection, missing, payloads, () => reader.ping());
    await unsubscribeInPortions(connection, [...missing, ...topics.ownFiltersByDepth]);
    return reader.payloads;
  } finally {
    reader.stop();
  }
}

/** IDs of the other agents, connected or not, whose devices say that they run this collector. */
export async function readOtherAgentsWithCollector(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  collector: string,
): Promise<string[]> {
  const topics = new Topics(agent);
  const part = { table: 'collector', id: slug(collector) };
  const states = topics.of('+').state({ collector: 'agent', device: '+', part });
  const retained = await readRetainedPayloadsInPortions(connection, agent, [[topics.ping], [states]]);
  const ids = new Set<string>();
  for (const topic of retained.keys()) {
    const parsed = topics.parse(topic);
    if (parsed?.kind === 'state' && parsed.agent !== agent.id) ids.add(parsed.agent);
  }
  return [...ids];
}

/** The discovery payloads of all programs, by topic, as far as this user may read them. */
export function readDiscoveryPayloadsOfAllPrograms(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<Map<string, string>> {
  const { discoveryPrefix } = agent;
  return readRetainedPayloadsInPortions(connection, agent, [
    [new Topics(agent).ping],
    [`${discoveryPrefix}/+/+/config`, `${discoveryPrefix}/+/+/+/config`],
  ]);
}

/** The discovery payloads of all agents with the same base topic. */
export async function readDiscoveryPayloadsOfAllAgents(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<string[]> {
  const topics = new Topics(agent);
  const retained = await readRetainedPayloadsInPortions(connection, agent, [
    [topics.ping],
    [topics.allDiscoveryFilter],
  ]);
  return [...retained].filter(([topic]) => topics.parse(topic)?.kind === 'discovery').map(([, payload]) => payload);
}
