import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { forgetAction } from '../model/action.ts';
import { addressPath, formatPartSegment } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { doAtOnce } from '../model/steps.ts';
import { Topics } from '../model/topics.ts';
import { hasTombstones } from '../mqtt/announcement-payload.ts';
import { readClaimTopicsOfAgent } from '../mqtt/claim-topics.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { reconcileDiscoveryPayloads } from '../mqtt/discovery-reconciliation.ts';
import { isDuplicateAgentConnected } from '../mqtt/duplicate-agent.ts';
import { standbyCheckSeconds } from '../mqtt/reconnecting-publisher.ts';
import { readOtherAgentsWithCollector, readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { MqttSettings } from '../mqtt/settings.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { isAgentId } from '../settings/agent-settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { type AgentIdentityWithCollectors, agentAndLabCollectorIdentitiesFromSettings } from './agent-identities.ts';
import { addressesWithRetainedState, printForgettableDevicesAndAgents } from './forgettable-list.ts';
import { printLine, printNote, printSuccess } from './terminal.ts';

/** Longer than an agent waits until Home Assistant has removed entities. */
const partRemovalTimeoutMs = 15_000;

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

/** Removes one device, or everything that was published under this identity, and prints how much that was. */
async function removeData(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
  { device, force }: { device?: string | undefined; force: boolean },
): Promise<void> {
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
  printLine('Removing the devices from Home Assistant …');
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
  printSuccess(
    `Removed: ${announced.size} ${announced.size === 1 ? 'device' : 'devices'} and ${ownTopics.length} ${ownTopics.length === 1 ? 'topic' : 'topics'}`,
  );
}

/** Removes what `self` has published for the whole lab, unless another agent publishes it: that may be on standby, and takes over
 * within a minute. */
async function removeSharedData(
  connection: SingleUseBrokerConnection,
  mqtt: MqttSettings,
  self: AgentIdentity,
  { agent, collectors }: AgentIdentityWithCollectors,
  force: boolean,
): Promise<void> {
  const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
  if (![...retained.keys()].some((topic) => new Topics(agent).isOwn(topic))) return;
  const found = await Promise.all([...collectors].map((id) => readOtherAgentsWithCollector(connection, self, id)));
  const others = found.flat();
  if (others.length > 0) {
    printLine(`${agent.name}: waiting for another agent to take over (${others.join(', ')}) …`);
    // The other one asks just as long.
    const end = performance.now() + (standbyCheckSeconds + 5) * 1000;
    while (performance.now() < end)
      if (await isDuplicateAgentConnected(mqtt, agent))
        return printNote(`${agent.name}: from now on published by another agent`);
  }
  printLine(`${agent.name}: published by no other agent`);
  await removeData(connection, agent, retained, { force });
}

/** Has the running agent forget a part that is no longer there. `target`: `<device>/<part>`, as `--list` prints it. */
async function removePart(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
  target: string,
): Promise<void> {
  const topics = new Topics(agent);
  const found = addressesWithRetainedState(agent, retained).find((address) => addressPath(address) === target);
  if (found?.part === undefined)
    throw new UsageError(`${target}: unknown part; “infra-monitor forget --list” prints all`);
  const topic = topics.state(found);
  const removed = new Promise<boolean>((resolve) => {
    connection.listen((message) => {
      if (message.topic === topic && message.payload === '') resolve(true);
    });
    setTimeout(() => resolve(false), partRemovalTimeoutMs).unref();
  });
  await connection.subscribe([topic]);
  await connection.publish(topics.command(found), `${forgetAction} ${formatPartSegment(found.part)}`, {
    retain: false,
  });
  printLine(`Asking ${agent.name} to forget ${target} …`);
  if (!(await removed))
    throw new UsageError(
      `${agent.name} has not removed ${target}: it must be running, and the part must be gone; the agent’s log says why`,
    );
  printSuccess(`Removed: ${target}`);
}

export const runForgetCommand = (
  device: string | undefined,
  { env, ...options }: { env?: string; force?: boolean; agent?: string; list?: boolean },
): Promise<void> => forgetAgentOrDevice(loadSettings(allCollectors, env), { device, ...options });

/** Removes the data of this agent, or of another by its name, from the broker and its devices from Home Assistant. */
export async function forgetAgentOrDevice(
  settings: Settings,
  {
    device,
    force = false,
    agent: otherName,
    list = false,
  }: { device?: string | undefined; force?: boolean; agent?: string; list?: boolean },
): Promise<void> {
  const { agent: self, mqtt } = settings;
  const agent =
    otherName === undefined
      ? self
      : { ...self, id: isAgentId(otherName) ? otherName : slug(otherName), name: otherName };
  if (mqtt.MQTT_URL.protocol === 'embedded')
    throw new UsageError(
      'The embedded broker keeps no data after it stops, so there is nothing to forget. Set MQTT_URL to the broker that the agent used',
    );
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('Cannot connect to the broker', { cause });
  });
  try {
    const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
    if (list) return await printForgettableDevicesAndAgents(connection, agent, retained);
    if (device?.includes('/')) return await removePart(connection, agent, retained, device);
    if (device === undefined && (await isDuplicateAgentConnected(mqtt, agent)))
      throw new UsageError(`${agent.name} is running and would publish everything again; stop it first`);
    if (otherName !== undefined && ![...retained.keys()].some((topic) => new Topics(agent).isOwn(topic)))
      throw new UsageError(`${otherName}: the broker has no data for this agent`);
    await removeData(connection, agent, retained, { device, force });
    if (device !== undefined || otherName !== undefined) return;
    for (const identity of (await agentAndLabCollectorIdentitiesFromSettings(settings)).filter(({ shared }) => shared))
      await removeSharedData(connection, mqtt, self, identity, force);
  } finally {
    await connection.close();
  }
}
