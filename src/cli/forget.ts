import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { UsageError } from '../model/errors.ts';
import {
  deviceDiscoveryTopic,
  deviceSlugOfDiscoveryTopic,
  deviceSlugOfOwnTopic,
  isOwnTopic,
  ownDiscoveryTopicsFilter,
  slug,
} from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { BrokerConnection } from '../mqtt/broker-connection.ts';
import { connectTemporarily } from '../mqtt/connect-once.ts';
import { hasTombstones, reconcile } from '../mqtt/discovery-reconciliation.ts';
import { isDuplicateAgentConnected } from '../mqtt/duplicate-agent.ts';
import { readAndFollowOwnRetained } from '../mqtt/retained-topics.ts';
import { loadSettings } from '../settings/index.ts';
import { printLine, printSuccess } from './terminal.ts';

/** Milliseconds that Home Assistant needs to process an announcement. */
const discoverySettleMs = 5000;

/** Announces the devices to remove once more, because Home Assistant removes only what it knows. False if nothing subscribes. */
async function reannounceRemoved(
  connection: BrokerConnection,
  agent: AgentIdentity,
  announced: ReadonlyMap<string, string>,
): Promise<boolean> {
  const restored = reconcile({
    agent,
    desired: new Map(),
    excluded: new Map(),
    declared: () => false,
    retained: announced,
    dismissed: new Set(),
    phase: 'restore',
  });
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
  agent: AgentIdentity,
  device: string | undefined,
): Map<string, string> {
  if (device === undefined) return new Map(announced);
  const topic = deviceDiscoveryTopic(agent, slug(device));
  const payload = announced.get(topic);
  if (payload !== undefined) return new Map([[topic, payload]]);
  const devices = [...announced.keys()].map((key) => deviceSlugOfDiscoveryTopic(agent, key)).join(', ');
  throw new UsageError(`${device}: unknown device; this agent has announced ${devices || 'none'}`);
}

/** Removes the data of this agent, or of another by its name, from the broker and its devices from Home Assistant. */
export async function runForgetCommand(
  device: string | undefined,
  { env, force = false, agent: otherName }: { env?: string; force?: boolean; agent?: string },
): Promise<void> {
  const { agent: self, mqtt } = loadSettings(allCollectors, env);
  const agent = otherName === undefined ? self : { ...self, id: slug(otherName), name: otherName };
  if (mqtt.MQTT_URL.protocol === 'embedded')
    throw new UsageError(
      'The embedded broker keeps no data after it stops, so there is nothing to forget. Set MQTT_URL to the broker that the agent used',
    );
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('Cannot connect to the broker', { cause });
  });
  try {
    const retained = await readAndFollowOwnRetained(connection, agent);
    if (device === undefined && (await isDuplicateAgentConnected(mqtt, agent)))
      throw new UsageError(`${agent.name} is running and would publish everything again; stop it first`);
    if (otherName !== undefined && ![...retained.keys()].some((topic) => isOwnTopic(agent, topic)))
      throw new UsageError(`${otherName}: the broker has no data for this agent`);
    const announced = selectAnnounced(
      new Map([...retained].filter(([topic]) => deviceSlugOfDiscoveryTopic(agent, topic) !== undefined)),
      agent,
      device,
    );
    // This connection would count as a subscriber itself.
    await connection.unsubscribe(ownDiscoveryTopicsFilter(agent));
    if (!(await reannounceRemoved(connection, agent, announced)) && !force) {
      throw new UsageError(
        'Home Assistant is not connected to this broker, and it removes devices only while it is connected. Start it and try again, or use --force to clean up the broker only',
      );
    }
    printLine('Removing the devices from Home Assistant …');
    await pause([...announced.values()].some(hasTombstones) ? discoverySettleMs : 500);
    const forgottenDevices = [...announced.keys()].map((topic) => deviceSlugOfDiscoveryTopic(agent, topic));
    const isForgotten =
      device === undefined
        ? isOwnTopic
        : (_: AgentIdentity, topic: string) => forgottenDevices.includes(deviceSlugOfOwnTopic(agent, topic));
    const topics = [...retained.keys()].filter((topic) => isForgotten(agent, topic));
    for (const topic of announced.keys()) await connection.publish(topic, '');
    // Home Assistant logs errors for entities whose topic is cleared before they are removed.
    await pause(1000);
    for (const topic of topics) await connection.publish(topic, '');
    printSuccess(
      `Removed: ${announced.size} ${announced.size === 1 ? 'device' : 'devices'} and ${topics.length} ${topics.length === 1 ? 'topic' : 'topics'}`,
    );
  } finally {
    await connection.close();
  }
}
