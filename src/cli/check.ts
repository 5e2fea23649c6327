import { allCollectors } from '../collectors/index.ts';
import { readCollector } from '../loop/collector-reading.ts';
import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';
import { type Problem, unreadableProblemKey } from '../model/problem.ts';
import type { StateEntry } from '../model/state.ts';
import { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import { describeMissingPermissions } from '../mqtt/broker-permissions.ts';
import { connectTemporarily } from '../mqtt/connect-once.ts';
import { printableBrokerUrl } from '../mqtt/settings.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { buildNotificationRequest } from '../notify/notification-request.ts';
import { postNotification, printableOrigin } from '../notify/notifier.ts';
import { notifyAuthorizationHeader } from '../notify/settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { type AgentIdentityWithCollectors, agentIdentitiesOfCollectors } from './agent-identities.ts';
import { openEnabledCollectors, type ScheduledAndInactiveCollectors } from './open-enabled-collectors.ts';
import { formatProblemLines } from './problem-lines.ts';
import { oneLookNote, restoreFromBroker } from './restore-from-broker.ts';
import { printFailure, printNote, printSuccess } from './terminal.ts';

/** Checks the permissions of each identity; the connection stays open, so that the directory can follow the other agents. */
async function checkBroker(
  { mqtt, agent }: Settings,
  identities: readonly AgentIdentityWithCollectors[],
  agentDirectory: BrokerAgentDirectory,
): Promise<{ passed: boolean; connection?: SingleUseBrokerConnection }> {
  const url = printableBrokerUrl(mqtt.MQTT_URL);
  if (mqtt.MQTT_URL.protocol === 'embedded') {
    printNote(`Broker: embedded, at ${url}. To use Home Assistant, set MQTT_URL to its broker`);
    return { passed: true };
  }
  try {
    const connection = await connectTemporarily(mqtt, agent);
    printSuccess(`Broker: connected to ${connection.url} (MQTT ${connection.protocolVersion === 5 ? '5' : '3.1.1'})`);
    const missing: string[] = [];
    for (const identity of identities) missing.push(...(await describeMissingPermissions(connection, identity.agent)));
    if (missing.length === 0) printSuccess('Broker: all required topics can be read and written');
    for (const permission of missing) printFailure(`Broker: ${permission}`);
    if (identities.length > 1) await agentDirectory.follow(connection, agent, false);
    return { passed: missing.length === 0, connection };
  } catch (error) {
    printFailure(`Broker: ${describeError(error)}`);
    return { passed: false };
  }
}

/** Sends a test message: nothing else shows that messages arrive. */
async function checkNotifications({ notify, agent }: Settings): Promise<boolean> {
  const { NOTIFY_URL, NOTIFY_FORMAT } = notify;
  if (NOTIFY_URL === undefined) return true;
  const origin = printableOrigin(NOTIFY_URL.url.reveal());
  const message = { kind: 'test', text: 'Test message from infra-monitor check.' } as const;
  try {
    const { refusal } = await postNotification(
      buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message),
      notifyAuthorizationHeader(notify),
      AbortSignal.timeout(10_000),
    );
    if (refusal === undefined)
      printSuccess(`Notifications: ${origin} accepted a test message; check that it has arrived`);
    else printFailure(`Notifications: ${origin}: ${refusal}`);
    return refusal === undefined;
  } catch (error) {
    printFailure(`Notifications: ${origin}: ${describeError(error)}`);
    return false;
  }
}

/** The collector with the device or part, whose name may be the same: `Home Assistant`. */
const subjectOf = ({ title }: AnyCollectorDefinition, { device, part }: StateEntry): string =>
  [...new Set([title, part?.name ?? device.name])].join(': ');

async function checkCollectors(
  { scheduled, inactive }: ScheduledAndInactiveCollectors,
  state: MutableAgentState,
): Promise<boolean> {
  for (const { collector, reason } of inactive) printNote(`${collector.title}: off (${reason})`);
  let passed = true;
  for (const active of scheduled) {
    const { collector } = active;
    const { outcome } = await readCollector(active, state).recorded;
    const { entries: entriesByPath, complaints } = state.collectors.get(collector.id) ?? {
      entries: new Map<string, StateEntry>(),
      complaints: [],
    };
    const entries = [...entriesByPath.values()];
    const unreadable = entries.filter(({ error }) => error !== undefined);
    if (!outcome.ok) printFailure(`${collector.title}: ${outcome.error}`);
    else
      printSuccess(
        `${collector.title}: works (${
          entries.length === 0
            ? 'nothing found'
            : `${entries.length - unreadable.length} of ${entries.length} read in ${Math.round(outcome.seconds * 1000)} ms`
        })`,
      );
    for (const entry of unreadable) printFailure(`${subjectOf(collector, entry)}: ${entry.error}`);
    for (const entry of entries)
      if (entry.hint !== undefined) printNote(`${subjectOf(collector, entry)}: ${entry.hint}`);
    for (const { text } of complaints) printFailure(`${collector.title}: ${text}`);
    passed &&= outcome.ok && unreadable.length === 0 && complaints.length === 0;
  }
  return passed;
}

/** Checks everything that the agent needs and prints what is missing; exit status 0 if nothing is, otherwise 1. */
export async function runCheckCommand({ env }: { env?: string }): Promise<void> {
  const settings = loadSettings(allCollectors, env);
  const state = new MutableAgentState('');
  const agentDirectory = new BrokerAgentDirectory();
  const opened = openEnabledCollectors(settings, state, agentDirectory);
  printSuccess(
    `Settings: valid (agent ${settings.agent.name}${settings.agent.site === undefined ? '' : `, site ${settings.agent.site}`})`,
  );
  for (const warning of settings.warnings) printNote(`Settings: ${warning}`);
  const identities = agentIdentitiesOfCollectors(settings.agent, opened.scheduled);
  const broker = await checkBroker(settings, identities, agentDirectory);
  const isRestored = await restoreFromBroker(broker.connection, identities, state);
  const notifications = await checkNotifications(settings);
  const collectors = await checkCollectors(opened, state);
  // What can't be read stands above.
  const isNew = ({ place, key }: Problem) => place !== 'collector' && key !== unreadableProblemKey;
  for (const line of formatProblemLines(settings.agent, state, isNew)) printNote(line);
  if (!isRestored) printNote(`Problems: ${oneLookNote}`);
  await broker.connection?.close();
  process.exitCode = broker.passed && notifications && collectors ? 0 : 1;
}
