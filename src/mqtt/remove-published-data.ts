import { setTimeout as pause } from 'node:timers/promises';
import { agentDeviceAddress } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import { runStepsAtOnce } from '../model/event-loop-turns.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { hasComponentTombstones } from './announcement-payload.ts';
import { readClaimTopicsOfAgent } from './claim-topics.ts';
import { clearAndFindUnclearedTopics } from './cleared-topics.ts';
import { connectTemporarily } from './connect-temporarily.ts';
import { discoverySettleMs } from './discovery-lifecycle.ts';
import { type ComponentRemovalPhase, reconcileDiscoveryPayloads } from './discovery-reconciliation.ts';
import { isDuplicateAgentConnected } from './duplicate-agent.ts';
import { PublishRefusedError } from './publish-error.ts';
import { readOwnRetainedPayloadsAndStaySubscribed, readRetainedOfExactTopics } from './retained-topics.ts';
import type { MqttSettings } from './settings.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds until the broker has passed on what it has accepted. */
const passOnTimeoutMs = 5000;

/** Milliseconds that Home Assistant needs to remove entities. */
const removalMs = 1000;

/** Throws a UsageError that names the topic if the broker refuses it. */
async function publish(connection: SingleUseBrokerConnection, topic: string, payload: string, { retain = true } = {}) {
  return await connection.publish(topic, payload, { retain }).catch((cause: unknown) => {
    throw cause instanceof PublishRefusedError ? new UsageError(`the broker refuses ${topic}`, { cause }) : cause;
  });
}

/** These announcements with each component in this phase of its removal. */
const announcementsOfRemoval = (
  agent: AgentIdentity,
  announced: ReadonlyMap<string, string>,
  phase: ComponentRemovalPhase,
): ReadonlyMap<string, string> =>
  runStepsAtOnce(
    reconcileDiscoveryPayloads({
      agent,
      desired: new Map(),
      excluded: new Map(),
      declared: () => false,
      retained: announced,
      dismissed: new Set(),
      phase,
    }),
  ).payloads;

/** Announces the devices to remove once more, because Home Assistant removes only what it knows. Returns whether it is
 * connected, as far as the broker tells: unknown if what subscribes to announcements subscribes to more, such as a
 * bridge. */
async function reannounceRemoved(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  announced: ReadonlyMap<string, string>,
): Promise<'connected' | 'unknown' | 'away'> {
  const restored = announcementsOfRemoval(agent, announced, 'restore');
  const results = await Promise.all(
    [...announced].map(([topic, payload]) =>
      publish(connection, topic, hasComponentTombstones(payload) ? (restored.get(topic) ?? payload) : payload),
    ),
  );
  if (!results.every(({ hasSubscribers }) => hasSubscribers)) return 'away';
  const { hasSubscribers: mayBeAnother } = await connection
    .publish(new Topics(agent).ignoredDiscovery, '', { retain: false })
    .catch(() => ({ hasSubscribers: true }));
  return mayBeAnother ? 'unknown' : 'connected';
}

/** The announcement of a device, by its ID or by the name that Home Assistant shows; all announcements without a
 * device. */
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

/** Withdraws the announcements of these devices. Throws a UsageError unless each withdrawal comes back: where this user
 * may not read them, there may be announcements that it does not know of. */
async function withdrawAnnouncements(
  connection: SingleUseBrokerConnection,
  topics: Topics,
  devices: ReadonlySet<string>,
): Promise<void> {
  const announcements = [...devices].map((device) => topics.discovery(device));
  const left = await clearAndFindUnclearedTopics(connection, announcements, passOnTimeoutMs, async () => {
    for (const topic of announcements) await publish(connection, topic, '');
  });
  if (left.length > 0)
    throw new UsageError(
      `the broker has not cleared ${left[0]}: it must let this user read and write ${topics.ownDiscoveryFilter}`,
    );
}

/** Clears topics. Throws a UsageError if the broker keeps one. */
async function clearTopics(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  cleared: readonly string[],
  alreadyCleared: Iterable<string> = [],
): Promise<void> {
  for (const topic of cleared) await publish(connection, topic, '');
  const [left] = (await readRetainedOfExactTopics(connection, agent, [...alreadyCleared, ...cleared])).keys();
  if (left !== undefined)
    throw new UsageError(
      `${left} is still on the broker: it must let this user write ${new Topics(agent).ownFilter}, and no one else, such as a bridge, may publish that again`,
    );
}

export interface RemovalOptions {
  /** ID or shown name of a device; without it, everything. */
  device?: string | undefined;
  /** Whether to go on while Home Assistant is not connected: then it keeps the devices. */
  force?: boolean;
  onProgress?(text: string): void;
}

/** Removes one device, or everything that was published under this identity, from Home Assistant and the broker.
 * Returns how much that was. Throws a UsageError if Home Assistant is not connected, or if something is left. */
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
  const homeAssistant = await reannounceRemoved(connection, agent, announced);
  if (homeAssistant === 'away' && !force) {
    throw new UsageError(
      'Home Assistant is not connected to this broker, and it removes devices only while it is connected. Start it and try again, or use --force to clean up the broker only',
    );
  }
  onProgress?.(
    homeAssistant === 'unknown'
      ? 'Removing the devices from Home Assistant, if it is connected, which the broker does not tell …'
      : 'Removing the devices from Home Assistant …',
  );
  await pause([...announced.values()].some(hasComponentTombstones) ? discoverySettleMs : 500);
  const announcedDevices = [...announced.keys()].flatMap((topic) => topics.deviceOfOwnDiscovery(topic) ?? []);
  const ownTopics = [...retained.keys()].filter(
    (topic) =>
      topics.isOwn(topic) && (device === undefined || announcedDevices.includes(topics.deviceOfOwnTopic(topic) ?? '')),
  );
  const forgottenDevices = new Set([
    ...announcedDevices,
    ...ownTopics.flatMap((topic) => topics.deviceOfOwnTopic(topic) ?? []),
    ...(device === undefined ? [agentDeviceAddress(agent.id).device] : []),
  ]);
  // Without access to the claims there are none of this agent.
  const claims = await readClaimTopicsOfAgent(connection, agent, announced).catch(() => []);
  await withdrawAnnouncements(connection, topics, forgottenDevices);
  await pause(removalMs);
  // Home Assistant 2025.2 removes nothing when an announcement below a node ID is withdrawn, and every release ignores
  // most of a withdrawal while it is busy with a component. Not retained, so that nothing is left to clear: of one more
  // withdrawal, now without components, Home Assistant 2026.11 would warn.
  for (const [topic, payload] of announcementsOfRemoval(agent, announced, 'tombstone'))
    if (payload !== '') await publish(connection, topic, payload, { retain: false });
  // Home Assistant logs errors for entities whose topic is cleared before they are removed.
  await pause(removalMs);
  const ownButStatus = ownTopics.filter((topic) => topic !== topics.status);
  await clearTopics(connection, agent, ownButStatus, announced.keys());
  // While there is a status, a watch shows the agent as lost, and can be asked again to forget it.
  if (ownButStatus.length < ownTopics.length) await clearTopics(connection, agent, [topics.status]);
  // Last: another agent that watches the device announces it at once.
  for (const claim of claims)
    if (device === undefined || forgottenDevices.has(claim.device)) await publish(connection, claim.topic, '');
  return { deviceCount: announced.size, topicCount: ownTopics.length };
}

/** Throws a UsageError if the agent runs, or if that is unknown: it would publish everything again. */
export async function refuseWhileRunning(settings: MqttSettings, agent: AgentIdentity): Promise<void> {
  if (await isDuplicateAgentConnected(settings, agent))
    throw new UsageError(`${agent.name} is running and would publish everything again; stop it first`);
}

/** Throws a UsageError if these retained messages have nothing of the agent. */
export function refuseWithoutData(agent: AgentIdentity, retained: ReadonlyMap<string, string>): void {
  const topics = new Topics(agent);
  if (![...retained.keys()].some((topic) => topics.isOwn(topic) || topics.deviceOfOwnDiscovery(topic) !== undefined))
    throw new UsageError(`${agent.name}: the broker has no data for this agent, or does not let this user read it`);
}

/** Removes everything that another agent has published, which must not run. Throws if something is left. */
export async function removeLostAgent(settings: MqttSettings, self: AgentIdentity, id: string): Promise<void> {
  const agent = { ...self, id, name: id };
  const connection = await connectTemporarily(settings, agent);
  try {
    await refuseWhileRunning(settings, agent);
    const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
    refuseWithoutData(agent, retained);
    await removePublishedData(connection, agent, retained);
  } finally {
    await connection.close();
  }
}
