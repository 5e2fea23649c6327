import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { bounds } from '../model/bounds.ts';
import { parseJsonWithin } from '../model/json.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { roundTripUntilQuiet } from './own-topic-ping.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

// Some brokers send retained messages only to subscriptions without wildcards (RabbitMQ; MQTT requires both: 3.1.1,
// section 3.3.1.3). Others take no subscriptions with wildcards at all (MQTT 5, section 3.2.2.3.11). There the agent
// finds what it has retained by a list of its own, which is retained too.

/** Topics in one SUBSCRIBE packet: brokers limit both their number and the packet's size. */
const maxTopicsPerSubscribe = 50;

/** How long the probe waits: some brokers send what they retain only seconds after SUBACK. */
const probeTimeoutMs = 3000;

export const retainedIndexPayload = (topics: Iterable<string>): string => JSON.stringify([...topics].sort());

/** The topics of a list, without any that are not this agent's. Anybody may have written it. */
export function parseRetainedIndex(agent: AgentIdentity, payload: string): string[] {
  const topics = new Topics(agent);
  let listed: unknown;
  try {
    listed = parseJsonWithin(payload, bounds.retainedIndex);
  } catch {
    return [];
  }
  return (Array.isArray(listed) ? listed : []).filter(
    (topic) =>
      typeof topic === 'string' &&
      !/[+#\0]/.test(topic) &&
      (topics.isOwn(topic) || topics.deviceOfOwnDiscovery(topic) !== undefined),
  );
}

/** Topics, as many at a time as one SUBSCRIBE packet takes. */
export function* subscriptionPortions(names: readonly string[]) {
  for (let start = 0; start < names.length; start += maxTopicsPerSubscribe)
    yield names.slice(start, start + maxTopicsPerSubscribe);
}

export async function subscribeInPortions(
  connection: SingleUseBrokerConnection,
  names: readonly string[],
): Promise<void> {
  for (const portion of subscriptionPortions(names)) await connection.subscribe(portion);
}

export async function unsubscribeInPortions(
  connection: SingleUseBrokerConnection,
  names: readonly string[],
): Promise<void> {
  for (const portion of subscriptionPortions(names)) await connection.unsubscribe(portion);
}

/** Adds what is retained on these topics to `retained`; `roundTrip` resolves when all that was sent before it has
 * arrived. */
export async function readRetainedOfTopicNames(
  connection: SingleUseBrokerConnection,
  names: readonly string[],
  retained: Map<string, string>,
  roundTrip: () => Promise<void>,
): Promise<void> {
  const stop = connection.listen((message) => {
    if (message.retained && message.payload !== '') retained.set(message.topic, message.payload);
  });
  try {
    for (const portion of subscriptionPortions(names)) {
      await connection.subscribe(portion);
      await roundTrip();
    }
    if (names.length > 0) await roundTripUntilQuiet(retained, roundTrip);
  } finally {
    stop();
  }
}

/** Reads what this agent has retained on a broker that has sent nothing for a subscription with wildcards, and finds
 * out whether that is because it sends retained messages only for full names. The connection must be subscribed to the
 * ping topic. */
export async function readOwnRetainedByName(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: Map<string, string>,
  roundTrip: () => Promise<void>,
): Promise<void> {
  const topics = new Topics(agent);
  await readRetainedOfTopicNames(connection, [topics.index, topics.status, topics.problems], retained, roundTrip);
  if (connection.takesWildcards && !retained.has(topics.index) && !retained.has(topics.status)) {
    await startProbe(connection, agent, roundTrip);
    return;
  }
  connection.retainsByNameOnly = Promise.resolve(true);
  const names = parseRetainedIndex(agent, retained.get(topics.index) ?? '[]');
  const isFollowed = (topic: string) => ['memory', 'discovery'].includes(topics.parse(topic)?.kind ?? '');
  // Memories first: the collectors wait for them.
  const followed = names
    .filter(isFollowed)
    .sort((a, b) => Number(b.endsWith('/memory')) - Number(a.endsWith('/memory')));
  const states = names.filter((name) => !isFollowed(name));
  await readRetainedOfTopicNames(connection, [...followed, ...states], retained, roundTrip);
  await unsubscribeInPortions(connection, states);
}

/** Retains a message, subscribes with a wildcard, and clears the message. The broker retains by name only if the
 * message arrives as one that was sent, but not as one that was retained. */
async function startProbe(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  roundTrip: () => Promise<void>,
): Promise<void> {
  const { ping, ownFilter } = new Topics(agent);
  const token = randomUUID();
  let wasSent = false;
  let stop = () => {};
  const arrivedRetained = new Promise<boolean>((resolve) => {
    stop = connection.listen(({ payload, retained }) => {
      if (payload !== token) return;
      wasSent = true;
      if (retained) resolve(false);
    });
  });
  await connection.publish(ping, token);
  await connection.subscribe([ownFilter]);
  await roundTrip();
  const over = new AbortController();
  void connection.ended.then(() => over.abort());
  const timedOut = pause(probeTimeoutMs, undefined, { ref: false, signal: over.signal }).then(
    () => wasSent,
    () => false,
  );
  connection.retainsByNameOnly = Promise.race([arrivedRetained, timedOut]).finally(async () => {
    over.abort();
    stop();
    await connection.publish(ping, '').catch(() => undefined);
  });
}
