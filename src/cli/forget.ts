import { allCollectors } from '../collectors/index.ts';
import { forgetActionKey } from '../model/action.ts';
import { type DeviceOrPartAddress, formatPartSegment, pathBelowCollector } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import { slug } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { readClaimTopicsOfAgent } from '../mqtt/claim-topics.ts';
import { clearAndFindUnclearedTopics } from '../mqtt/cleared-topics.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { isDuplicateAgentConnected } from '../mqtt/duplicate-agent.ts';
import { standbyCheckSeconds } from '../mqtt/reconnecting-publisher.ts';
import {
  type RemovalOptions,
  refuseWhileRunning,
  refuseWithoutData,
  removePublishedData,
} from '../mqtt/remove-published-data.ts';
import { readOtherAgentsWithCollector, readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { MqttSettings } from '../mqtt/settings.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { toAgentId } from '../settings/agent-settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { onlinePayload } from '../views/availability.ts';
import { type AgentIdentityWithCollectors, agentAndLabCollectorIdentitiesFromSettings } from './agent-identities.ts';
import { addressesWithRetainedState, printForgettableDevicesAndAgents } from './forgettable-list.ts';
import { ownCommand } from './installation.ts';
import { stillReadAdvice } from './still-read-advice.ts';
import { printLine, printNote, printSuccess } from './terminal.ts';

const embeddedBrokerNote =
  'With these settings, the agent runs its own broker (embedded), which forgets everything when the agent stops';

/** Longer than an agent waits until Home Assistant has removed entities. */
const removalTimeoutMs = 15_000;

async function removeAndPrint(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
  options: RemovalOptions,
): Promise<void> {
  const { deviceCount, topicCount } = await removePublishedData(connection, agent, retained, {
    ...options,
    onProgress: printLine,
  });
  printSuccess(
    `Removed: ${deviceCount} ${deviceCount === 1 ? 'device' : 'devices'} and ${topicCount} ${topicCount === 1 ? 'topic' : 'topics'}`,
  );
}

/** Removes what `self` has published for the whole lab, unless another agent publishes it: that may be on standby, and
 * takes over within a minute. */
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
  await removeAndPrint(connection, agent, retained, { force });
}

/** Has the running agent forget a device or a part that is no longer there: what it still reads it would publish again.
 * `target`: the path of the addresses, as `--list` prints it. */
async function haveRunningAgentForget(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
  target: string,
  addresses: readonly DeviceOrPartAddress[],
): Promise<void> {
  const topics = new Topics(agent);
  const isRead = (address: DeviceOrPartAddress) => retained.get(topics.availability(address)) === onlinePayload;
  if (addresses.some(isRead))
    throw new UsageError(
      `${agent.name} is running and still reads ${target}, and would publish it again. ${stillReadAdvice(addresses)}`,
    );
  const states = addresses.map((address) => topics.state(address));
  const left = await clearAndFindUnclearedTopics(connection, states, removalTimeoutMs, async () => {
    for (const address of addresses) {
      const segment = address.part === undefined ? '' : ` ${formatPartSegment(address.part)}`;
      await connection.publish(topics.command(address), `${forgetActionKey}${segment}`, { retain: false });
    }
    printLine(`Asking ${agent.name} to forget ${target} …`);
  });
  if (left.length > 0)
    throw new UsageError(
      `${agent.name} has not removed ${target}: it must have found that ${target} is gone; the agent’s log says why`,
    );
  // Another agent may own the device now. Without access to the claims there are none of this agent.
  const claims = await readClaimTopicsOfAgent(connection, agent, retained).catch(() => []);
  for (const claim of claims.filter(({ device }) => device === target)) await connection.publish(claim.topic, '');
  printSuccess(`Removed: ${target}`);
}

export const runForgetCommand = (
  device: string | undefined,
  { env, ...options }: { env?: string; force?: boolean; agent?: string; list?: boolean },
): Promise<void> => forgetAgentOrDevice(loadSettings(allCollectors, env), { device, ...options });

/** Removes the data of this agent, or of another by its ID or name, from the broker and its devices from Home
 * Assistant. */
export async function forgetAgentOrDevice(
  settings: Settings,
  {
    device,
    force = false,
    agent: otherName,
    list = false,
  }: { device?: string | undefined; force?: boolean; agent?: string; list?: boolean },
): Promise<void> {
  if (list && (device !== undefined || force))
    throw new UsageError(`--list removes nothing, so there is no effect of ${device ?? '--force'}`);
  if (device?.includes('/') && force)
    throw new UsageError(
      `--force has no effect on a part, which only a running agent removes: start the agent, or forget ${device.split('/')[0]} as a whole`,
    );
  const { agent: self, mqtt } = settings;
  const agent = otherName === undefined ? self : { ...self, id: toAgentId(otherName), name: otherName };
  const isEmbedded = mqtt.MQTT_URL.protocol === 'embedded';
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError(isEmbedded ? `${embeddedBrokerNote}, and it is not running` : 'Cannot connect to the broker', {
      cause,
    });
  });
  if (isEmbedded && !list && device === undefined && otherName === undefined) {
    await connection.close();
    throw new UsageError(`${embeddedBrokerNote}: stop it, and there is nothing left to remove`);
  }
  try {
    const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
    if (list) return await printForgettableDevicesAndAgents(connection, agent, retained);
    const target = device?.includes('/') ? device : device && slug(device);
    const addresses = addressesWithRetainedState(agent, retained).filter(
      (address) => pathBelowCollector(address) === target,
    );
    if (target?.includes('/')) {
      if (addresses.length === 0)
        throw new UsageError(`${target}: unknown part; “${ownCommand()} forget --list” prints all`);
      if (!(await isDuplicateAgentConnected(mqtt, agent)))
        throw new UsageError(
          `${agent.name} is not running, and only a running agent removes a part: start it and run this again once it has found that ${target} is gone, or forget ${device?.split('/')[0]} as a whole`,
        );
      return await haveRunningAgentForget(connection, agent, retained, target, addresses);
    }
    if (target !== undefined && addresses.length > 0) {
      if (await isDuplicateAgentConnected(mqtt, agent)) {
        if (force)
          throw new UsageError(`--force has no effect while ${agent.name} is running, which removes ${target}`);
        return await haveRunningAgentForget(connection, agent, retained, target, addresses);
      }
    } else if (target === undefined || retained.has(new Topics(agent).discovery(target)))
      await refuseWhileRunning(mqtt, agent);
    if (otherName !== undefined) refuseWithoutData(agent, retained);
    await removeAndPrint(connection, agent, retained, { device, force });
    if (device !== undefined || otherName !== undefined) return;
    for (const identity of (await agentAndLabCollectorIdentitiesFromSettings(settings)).filter(({ shared }) => shared))
      await removeSharedData(connection, mqtt, self, identity, force);
  } finally {
    await connection.close();
  }
}
