import { randomUUID } from 'node:crypto';
import { AgentError } from '../model/errors.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { PublishRefusedError } from './publish-error.ts';
import { reasonCodes } from './reason-codes.ts';
import { readRetainedByName } from './retained-by-name.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Seconds after which a ping that does not come back counts as forbidden. */
const pingTimeoutSeconds = 5;

/** Subscribes to these topics, which must include the ping topic or all own topics, and reads what is retained there. */
async function readTopics(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  topics: string[],
): Promise<Map<string, string>> {
  const retained = new Map<string, string>();
  const stop = connection.listen(({ topic, payload, retained: isRetained }) => {
    if (isRetained && payload !== '') retained.set(topic, payload);
  });
  try {
    await connection.subscribe(topics).catch((cause: unknown) => {
      throw new AgentError(`the broker refuses the subscription to ${topics.join(', ')}`, { cause });
    });
    // Some brokers deliver a new message before retained ones: all have arrived when a round trip brings nothing more.
    let previousCount: number;
    do {
      previousCount = retained.size;
      await pingBrokerThroughOwnTopic(connection, agent);
    } while (retained.size > previousCount);
    return retained;
  } finally {
    stop();
  }
}

/** Publishes to the own ping topic and resolves when the message comes back. */
export async function pingBrokerThroughOwnTopic(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<void> {
  const token = randomUUID();
  const { ping, ownFilter } = new Topics(agent);
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const returned = new Promise<void>((resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AgentError(
            `messages sent to ${ping} do not come back: the broker must let this user read and write ${ownFilter}`,
          ),
        ),
      pingTimeoutSeconds * 1000,
    );
    stop = connection.listen((message) => message.topic === ping && message.payload === token && resolve());
    void connection.ended.then(() =>
      reject(new AgentError('the connection ended while retained messages were being read')),
    );
  });
  returned.catch(() => undefined);
  try {
    const sent = connection.publish(ping, token, { retain: false }).catch((cause: unknown) => {
      const isForbidden = cause instanceof PublishRefusedError && cause.code === reasonCodes.notAuthorized;
      throw new AgentError(
        `the broker refuses ${ping}${isForbidden ? `: it must let this user write ${ownFilter}` : ''}`,
        { cause },
      );
    });
    await Promise.all([sent, returned]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Reads what this agent has retained on the broker, which is the agent's memory. Some of it may arrive later. Stays subscribed to the
 * agent's status, ping, command, memory and discovery topics and to Home Assistant's status. */
export async function readOwnRetainedPayloadsAndStaySubscribed(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<Map<string, string>> {
  const topics = new Topics(agent);
  const { ownFilter, ownDiscoveryFilter, homeAssistantStatus } = topics;
  const retained = await readTopics(connection, agent, [ownFilter, ownDiscoveryFilter, homeAssistantStatus]);
  await connection.subscribe([topics.status, topics.ping, topics.ownCommandsFilter, topics.ownMemoriesFilter]);
  if (![...retained.keys()].some((topic) => topic !== homeAssistantStatus))
    await readRetainedByName(connection, agent, retained, () => pingBrokerThroughOwnTopic(connection, agent));
  await connection.unsubscribe(ownFilter);
  return retained;
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
  const retained = await readTopics(connection, agent, [topics.ping, states]);
  const ids = new Set<string>();
  for (const topic of retained.keys()) {
    const parsed = topics.parse(topic);
    if (parsed?.kind === 'state' && parsed.agent !== agent.id) ids.add(parsed.agent);
  }
  return [...ids];
}

/** The discovery payloads of all agents with the same base topic. */
export async function readDiscoveryPayloadsOfAllAgents(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<string[]> {
  const topics = new Topics(agent);
  const retained = await readTopics(connection, agent, [topics.ping, topics.allDiscoveryFilter]);
  return [...retained].filter(([topic]) => topics.parse(topic)?.kind === 'discovery').map(([, payload]) => payload);
}
