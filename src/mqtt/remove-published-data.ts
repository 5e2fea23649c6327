import { setTimeout as pause } from 'node:timers/promises';
import { UsageError } from '../model/errors.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { doAtOnce } from '../model/steps.ts';
import { Topics } from '../model/topics.ts';
import { hasTombstones } from './announcement-payload.ts';
import { readClaimTopicsOfAgent } from './claim-topics.ts';
import { connectTemporarily } from './connect-temporarily.ts';
import { reconcileDiscoveryPayloads } from './discovery-reconciliation.ts';
import { isDuplicateAgentConnected } from './duplicate-agent.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from './retained-topics.ts';
import type { MqttSettings } from './settings.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds that Home Assistant needs to process an announcement. */
const discoverySettleMs = 5000;

/** Announces the devices to remove once more, because Home Assistant removes only what it knows. False if nothing subscribes. */
async function reannounceRemoved(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  announced: ReadonlyMap<string, string>,
): Promise<boolean> {
  const { payloads: restored } = doAtOnce(
    reconcileDiscoveryPayloads({
      agent,
      desired: new Map(),
      excluded: new Map(),
      declared: () => false,
      retained: announced,
      dismissed: new Set(),
      phase: 'restore',
    }),
  );
  const results = await Promise.all(
    [...announced].map(([topic, payload]) =>
      connection.publish(topic, hasTombstones(payload) ? (restored.get(topic) ?? payload) : payload),
    ),
  );
  return results.every(({ hasSubscribers }) => hasSubscribers);
}

/** The announcement of a device, by its ID or by the name that Home Assistant shows; all announcements without a device. */
function selectAnnounced(
  announced: ReadonlyMap<string, string>,
  topics: Topics,
  device: string | undefined,
): Map<string, string> {
  if (device === undefined) return new Map(announced);
  const topic = topics.discovery(slug(device));
  const payload = announced.get(topic);
  if (payload !== undefined) return new Map([[topic, payload]]);
  const devices = [...announced.keys()].map((key) => topics.deviceOfOwnDiscovery(key)).join(', ');
  throw new UsageError(`${device}: unknown device; this agent has announced ${devices || 'none'}`);
}

export interface RemovalOptions {
  /** ID or shown name of a device; without it, everything. */
  device?: string | undefined;
  /** Whether to go on while Home Assistant is not connected: then it keeps the devices. */
  force?: boolean;
  onProgress?(text: string): void;
}

/** Removes one device, or everything that was published under this identity, from Home Assistant and the broker. Returns how much that
 * was. Throws a UsageError if Home Assistant is not connected. */
export async function removePublishedData(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
  { device, force = false, onProgress }: RemovalOptions = {},
): Promise<{ deviceCount: number; topicCount: number }> {
  const topics = new Topics(agent);
  const announced = selectAnnounced(
    new Map([...retained].filter(([topic]) => topics.deviceOfOwnDiscovery(topic) !== undefined)),
    topics,
    device,
  );
  // This connection would count as a subscriber itself.
  await connection.unsubscribe([topics.ownDiscoveryFilter]);
  if (!(await reannounceRemoved(connection, agent, announced)) && !force) {
    throw new UsageError(
      'Home Assistant is not connected to this broker, and it removes devices only while it is connected. Start it and try again, or use --force to clean up the broker only',
    );
  }
  onProgress?.('Removing the devices from Home Assistant …');
  await pause([...announced.values()].some(hasTombstones) ? discoverySettleMs : 500);
  const forgottenDevices = [...announced.keys()].map((topic) => topics.deviceOfOwnDiscovery(topic));
  const ownTopics = [...retained.keys()].filter(
    (topic) =>
      topics.isOwn(topic) && (device === undefined || forgottenDevices.includes(topics.deviceOfOwnTopic(topic))),
  );
  // Without access to the claims there are none of this agent.
  const claims = await readClaimTopicsOfAgent(connection, agent, announced).catch(() => []);
  for (const topic of announced.keys()) await connection.publish(topic, '');
  // Home Assistant logs errors for entities whose topic is cleared before they are removed.
  await pause(1000);
  for (const topic of ownTopics) await connection.publish(topic, '');
  // Last: another agent that watches the device announces it at once.
  for (const claim of claims)
    if (device === undefined || forgottenDevices.includes(claim.device)) await connection.publish(claim.topic, '');
  return { deviceCount: announced.size, topicCount: ownTopics.length };
}

/** Throws a UsageError if the agent runs: it would publish everything again. */
export async function refuseWhileRunning(settings: MqttSettings, agent: AgentIdentity): Promise<void> {
  if (await isDuplicateAgentConnected(settings, agent))
    throw new UsageError(`${agent.name} is running and would publish everything again; stop it first`);
}

/** Removes everything that another agent has published, which must not run. */
export async function removeLostAgent(settings: MqttSettings, self: AgentIdentity, id: string): Promise<void> {
  const agent = { ...self, id, name: id };
  const connection = await connectTemporarily(settings, agent);
  try {
    await refuseWhileRunning(settings, agent);
    await removePublishedData(connection, agent, await readOwnRetainedPayloadsAndStaySubscribed(connection, agent));
  } finally {
    await connection.close();
  }
}
