import { randomUUID } from 'node:crypto';
import {
  allDiscoveryTopics,
  homeAssistantStatusTopic,
  isAgentDiscoveryTopic,
  ownCommandTopics,
  ownDiscoveryTopics,
  ownTopics,
  pingTopic,
  statusTopic,
} from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { PublishRefusedError } from './publish-error.ts';
import { reasonCodes } from './reason-codes.ts';

/** Seconds until a broker that does not give back our own word is taken for one that refuses it. */
const pingTimeoutSeconds = 5;

/** Subscribes to these topics, of which our own or our echo must be one, and reads all that is retained there. */
async function readTopics(
  connection: Connection,
  agent: AgentIdentity,
  topics: string[],
): Promise<Map<string, string>> {
  const retained = new Map<string, string>();
  const stop = connection.listen(({ topic, payload, retained: kept }) => {
    if (kept && payload !== '') retained.set(topic, payload);
  });
  try {
    await connection.subscribe(topics).catch((cause: unknown) => {
      throw new Error(`the broker refuses the subscription to ${topics.join(', ')}`, { cause });
    });
    // Some brokers let a new message overtake what is retained: all has come when a round trip brings nothing more.
    let before: number;
    do {
      before = retained.size;
      await pingBroker(connection, agent);
    } while (retained.size > before);
    return retained;
  } finally {
    stop();
  }
}

/** Settles when a message to ourselves comes back. */
export async function pingBroker(connection: Connection, agent: AgentIdentity): Promise<void> {
  const token = randomUUID();
  const ping = pingTopic(agent);
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const back = new Promise<void>((resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Error(
            `the broker does not give back what is sent to ${ping}: it must let this user read and write ${ownTopics(agent)}`,
          ),
        ),
      pingTimeoutSeconds * 1000,
    );
    stop = connection.listen((message) => message.topic === ping && message.payload === token && resolve());
    void connection.ended.then(() => reject(new Error('the connection ended while reading what is retained')));
  });
  back.catch(() => undefined);
  try {
    const sent = connection.publish(ping, token, { retain: false }).catch((cause: unknown) => {
      const forbidden = cause instanceof PublishRefusedError && cause.code === reasonCodes.notAuthorized;
      throw new Error(
        `the broker refuses ${ping}${forbidden ? `: it must let this user write ${ownTopics(agent)}` : ''}`,
        { cause },
      );
    });
    await Promise.all([sent, back]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** The broker is the agent's memory: reads all that this agent has retained there. Stays subscribed to our own status, echo,
 * commands and announcements and to Home Assistant's status. */
export async function readOwnRetained(connection: Connection, agent: AgentIdentity): Promise<Map<string, string>> {
  const retained = await readTopics(connection, agent, [
    ownTopics(agent),
    ownDiscoveryTopics(agent),
    homeAssistantStatusTopic(agent),
  ]);
  await connection.subscribe([statusTopic(agent), pingTopic(agent), ownCommandTopics(agent)]);
  await connection.unsubscribe(ownTopics(agent));
  return retained;
}

/** The discovery payloads of all agents below our base topic. */
export async function readDiscoveryPayloads(connection: Connection, agent: AgentIdentity): Promise<string[]> {
  const retained = await readTopics(connection, agent, [pingTopic(agent), allDiscoveryTopics(agent)]);
  return [...retained].filter(([topic]) => isAgentDiscoveryTopic(agent, topic)).map(([, payload]) => payload);
}
