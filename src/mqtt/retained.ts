import { randomUUID } from 'node:crypto';
import { allDiscoveryTopics, echoTopic, homeAssistantStatusTopic, isAnnouncement, ownCommandTopics, ownDiscoveryTopics, ownTopics, statusTopic } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { PublishRefused } from './publish-error.ts';
import { reasonCode } from './reason-codes.ts';

/** Seconds until a broker that does not give back our own word is taken for one that refuses it. */
const patience = 5;

/** Subscribes to these topics, of which our own or our echo must be one, and reads all that is retained there. */
async function readAll(connection: Connection, agent: Agent, topics: string[]): Promise<Map<string, string>> {
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
      await roundTrip(connection, agent);
    } while (retained.size > before);
    return retained;
  } finally {
    stop();
  }
}

/** Settles when a message to ourselves comes back. */
export async function roundTrip(connection: Connection, agent: Agent): Promise<void> {
  const token = randomUUID();
  const echo = echoTopic(agent);
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const back = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the broker does not give back what is sent to ${echo}: it must let this user read and write ${ownTopics(agent)}`)), patience * 1000);
    stop = connection.listen((message) => message.topic === echo && message.payload === token && resolve());
    void connection.ended.then(() => reject(new Error('the connection ended while reading what is retained')));
  });
  back.catch(() => undefined);
  try {
    const sent = connection.publish(echo, token, { retain: false }).catch((cause: unknown) => {
      const forbidden = cause instanceof PublishRefused && cause.code === reasonCode.notAuthorized;
      throw new Error(`the broker refuses ${echo}${forbidden ? `: it must let this user write ${ownTopics(agent)}` : ''}`, { cause });
    });
    await Promise.all([sent, back]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** The broker is the agent's memory: reads all that this agent has retained there. Stays subscribed to our own status, echo,
 * commands and announcements and to Home Assistant's status. */
export async function readRetained(connection: Connection, agent: Agent): Promise<Map<string, string>> {
  const retained = await readAll(connection, agent, [ownTopics(agent), ownDiscoveryTopics(agent), homeAssistantStatusTopic(agent)]);
  await connection.subscribe([statusTopic(agent), echoTopic(agent), ownCommandTopics(agent)]);
  await connection.unsubscribe(ownTopics(agent));
  return retained;
}

/** The discovery payloads of all agents below our base topic. */
export async function readAnnouncements(connection: Connection, agent: Agent): Promise<string[]> {
  const retained = await readAll(connection, agent, [echoTopic(agent), allDiscoveryTopics(agent)]);
  return [...retained].filter(([topic]) => isAnnouncement(agent, topic)).map(([, payload]) => payload);
}
