import { allCollectors } from '../collectors/index.ts';
import { CollectorSubsetState } from '../loop/collector-subset-state.ts';
import type { MutableAgentState } from '../loop/mutable-agent-state.ts';
import { runStepsAtOnce } from '../model/event-loop-turns.ts';
import { Topics } from '../model/topics.ts';
import type { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import { textOfBrokerError } from '../mqtt/broker-connection-error.ts';
import { findMissingPermissions } from '../mqtt/broker-permissions.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { reconcileDiscoveryPayloads } from '../mqtt/discovery-reconciliation.ts';
import { readDiscoveryPayloadsOfAllPrograms } from '../mqtt/retained-topics.ts';
import { printableBrokerUrl } from '../mqtt/settings.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import type { Settings } from '../settings/index.ts';
import { planAnnouncements } from '../views/discovery.ts';
import { countEnabledEntitiesInDiscoveryPayloads } from '../views/home-assistant/entity-count.ts';
import type { AgentIdentityWithCollectors } from './agent-identities.ts';
import type { CheckAndOnceLanguage } from './load-language.ts';
import { printAdvice, printFailure, printSuccess } from './terminal.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

/** As many messages as an agent sends at a time. */
const burstLength = 20;

/** Checks what the agent needs of the broker; the connection stays open, so that the directory can follow the other
 * agents. */
export async function checkBroker(
  { mqtt, agent }: Settings,
  identities: readonly AgentIdentityWithCollectors[],
  agentDirectory: BrokerAgentDirectory,
  { texts, brokerErrors }: CheckAndOnceLanguage,
): Promise<{ passed: boolean; connection?: SingleUseBrokerConnection }> {
  if (mqtt.MQTT_URL.protocol === 'embedded') {
    const connection = await connectTemporarily(mqtt, agent).catch(() => undefined);
    printAdvice(
      `${texts.broker}: ${texts.embeddedBroker(printableBrokerUrl(mqtt.MQTT_URL), connection !== undefined)}`,
    );
    return { passed: true, ...(connection === undefined ? {} : { connection }) };
  }
  let connection: SingleUseBrokerConnection | undefined;
  try {
    connection = await connectTemporarily(mqtt, agent, { will: agent });
    const version = connection.protocolVersion === 5 ? '5' : '3.1.1';
    printSuccess(`${texts.broker}: ${texts.connected(connection.url, version)}`);
    const missing: string[] = [];
    for (const identity of identities)
      missing.push(...(await findMissingPermissions(connection, identity.agent, texts.permissions)));
    for (const permission of missing) printFailure(`${texts.broker}: ${permission}`);
    if (missing.length > 0) return { passed: false, connection };
    const { ping } = new Topics(agent);
    const burst = Array.from({ length: burstLength }, (_, index) => `check ${index}`);
    await Promise.all(burst.map((payload) => connection?.publish(ping, payload, { retain: false })));
    printSuccess(`${texts.broker}: ${texts.topicsUsable}`);
    if (await connection.retainsByNameOnly) printAdvice(`${texts.broker}: ${brokerErrors.retainedByNameOnly}`);
    if (identities.length > 1) await agentDirectory.follow(connection, agent, false);
    return { passed: true, connection };
  } catch (error) {
    printFailure(`${texts.broker}: ${textOfBrokerError(error, brokerErrors)}`);
    return { passed: false, ...(connection === undefined ? {} : { connection }) };
  }
}

/** Sends the largest announcement of what was read to the agent's own ping topic: a broker that limits the size of
 * messages refuses it or, with MQTT 3.1.1, closes the connection. */
export async function checkBrokerAcceptsLargestAnnouncement(
  connection: SingleUseBrokerConnection | undefined,
  identities: readonly AgentIdentityWithCollectors[],
  state: MutableAgentState,
  language: CheckAndOnceLanguage,
): Promise<boolean> {
  const announcements = identities.flatMap(({ agent, collectors }) => {
    const own = new CollectorSubsetState(state, collectors, state.broker);
    const { payloads } = runStepsAtOnce(
      reconcileDiscoveryPayloads({
        agent,
        ...runStepsAtOnce(planAnnouncements(allCollectors, agent, own, language)),
        retained: new Map(),
        dismissed: new Set(),
        phase: 'omit',
      }),
    );
    const { ping } = new Topics(agent);
    return [...payloads].map(([topic, payload]) => ({ topic, payload, ping }));
  });
  const [largest] = announcements.sort((a, b) => b.payload.length - a.payload.length);
  if (connection === undefined || largest === undefined) return true;
  const bytes = Buffer.byteLength(largest.payload);
  const { texts, brokerErrors } = language;
  try {
    await connection.publish(largest.ping, largest.payload, { retain: false });
    printSuccess(`${texts.broker}: ${texts.announcementFits(Math.ceil(bytes / 1024))}`);
    return true;
  } catch (error) {
    printFailure(
      `${texts.broker}: ${texts.announcementTooLarge(largest.topic, bytes, textOfBrokerError(error, brokerErrors))}`,
    );
    return false;
  }
}

/** Enabled entities that Home Assistant takes for a config entry since 2026.7, and how many are near that. MQTT is one
 * config entry. */
const entityLimits = { most: 10_000, many: 8000 };

/** Advises to announce less where Home Assistant soon takes no more. Announcements that this user may not read are not
 * counted. */
export async function checkEntityCount(
  connection: SingleUseBrokerConnection | undefined,
  { agent }: Settings,
  texts: CheckAndOnceTexts,
): Promise<void> {
  if (connection === undefined) return;
  // Some brokers refuse a subscription to what the user may not read.
  const payloads = await readDiscoveryPayloadsOfAllPrograms(connection, agent).catch(() => new Map<string, string>());
  const count = countEnabledEntitiesInDiscoveryPayloads(agent.discoveryPrefix, payloads);
  if (count >= entityLimits.many) printAdvice(`Home Assistant: ${texts.manyEntities(count, entityLimits.most)}`);
}
