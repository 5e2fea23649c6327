import { allCollectors } from '../collectors/index.ts';
import { runCollector } from '../loop/run-collector.ts';
import { StateStore } from '../loop/state-store.ts';
import { describeError } from '../model/errors.ts';
import type { StateEntry } from '../model/state.ts';
import { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import { findMissingPermissions } from '../mqtt/broker-permissions.ts';
import { connectOnce } from '../mqtt/connect-once.ts';
import type { Connection } from '../mqtt/connection.ts';
import { formatBrokerUrl } from '../mqtt/settings.ts';
import type { AlertMessage } from '../notify/alert-tracker.ts';
import { buildNotificationRequest } from '../notify/notification-request.ts';
import { printableOrigin as printedAddress, sendNotification } from '../notify/notifier.ts';
import { authorizationHeader } from '../notify/settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { type BrokerIdentity, brokerIdentities } from './broker-identities.ts';
import { type OpenedCollectors, openCollectors } from './open-collectors.ts';
import { printFailure, printNote, printSuccess } from './terminal.ts';

/** Tries what each speaker needs; the connection stays, so that the other agents are heard. */
async function checkBroker(
  { mqtt, agent }: Settings,
  identities: readonly BrokerIdentity[],
  agentDirectory: BrokerAgentDirectory,
): Promise<{ fine: boolean; connection?: Connection }> {
  const url = formatBrokerUrl(mqtt.MQTT_URL);
  if (mqtt.MQTT_URL.protocol === 'embedded') {
    printNote(`Broker: our own, on ${url}. For Home Assistant set MQTT_URL to the broker that it uses`);
    return { fine: true };
  }
  try {
    const connection = await connectOnce(mqtt, agent);
    printSuccess(`Broker: ${url} lets us in (MQTT ${connection.protocolVersion === 5 ? '5' : '3.1.1'})`);
    const missing: string[] = [];
    for (const speaker of identities) missing.push(...(await findMissingPermissions(connection, speaker.agent)));
    if (missing.length === 0) printSuccess('Broker: we may read and write what we need');
    for (const right of missing) printFailure(`Broker: ${right}`);
    if (identities.length > 1) await agentDirectory.follow(connection, agent, false);
    return { fine: missing.length === 0, connection };
  } catch (error) {
    printFailure(`Broker: ${describeError(error)}`);
    return { fine: false };
  }
}

/** Sends a message, for nothing else shows that one arrives. */
async function checkNotifications({ notify, agent }: Settings): Promise<boolean> {
  const { NOTIFY_URL, NOTIFY_FORMAT } = notify;
  if (NOTIFY_URL === undefined) return true;
  const place = printedAddress(NOTIFY_URL.url.reveal());
  const message: AlertMessage = {
    kind: 'recovery',
    subject: agent.name,
    text: 'A check: this message has arrived.',
    since: new Date(),
  };
  try {
    const { refusal } = await sendNotification(
      buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message),
      authorizationHeader(notify),
      AbortSignal.timeout(10_000),
    );
    if (refusal === undefined) printSuccess(`Notifications: ${place} took a message; see whether it arrives`);
    else printFailure(`Notifications: ${place}: ${refusal}`);
    return refusal === undefined;
  } catch (error) {
    printFailure(`Notifications: ${place}: ${describeError(error)}`);
    return false;
  }
}

async function checkCollectors({ active, inactive }: OpenedCollectors, state: StateStore): Promise<boolean> {
  for (const { collector, reason } of inactive) printNote(`${collector.title}: off because ${reason}`);
  let fine = true;
  for (const { collector, source } of active) {
    const outcome = await runCollector(collector, source).outcome;
    state.record(collector, outcome);
    const { entries: found, complaints } = state.collectors.get(collector.id) ?? {
      entries: new Map<string, StateEntry>(),
      complaints: [],
    };
    const entries = [...found.values()];
    const broken = entries.filter(({ error }) => error !== undefined);
    if (!outcome.ok) printFailure(`${collector.title}: ${outcome.error}`);
    else
      printSuccess(
        `${collector.title}: works (${entries.length - broken.length} of ${entries.length} read in ${Math.round(outcome.seconds * 1000)} ms)`,
      );
    for (const { device, part, error } of broken)
      printFailure(`${collector.title}: ${part?.name ?? device.name}: ${error}`);
    for (const { device, part, hint } of entries)
      if (hint !== undefined) printNote(`${collector.title}: ${part?.name ?? device.name}: ${hint}`);
    for (const complaint of complaints) printFailure(`${collector.title}: ${complaint}`);
    fine &&= outcome.ok && broken.length === 0 && complaints.length === 0;
  }
  return fine;
}

/** Tries everything that the agent needs and says what is missing; exit status 0 if nothing is, else 1. */
export async function runCheck({ env }: { env?: string }): Promise<void> {
  const settings = loadSettings(allCollectors, env);
  const state = new StateStore('');
  const agentDirectory = new BrokerAgentDirectory();
  const opened = openCollectors(settings, state, agentDirectory);
  state.memoryStore.load(new Map(), state.collectors.keys());
  printSuccess(
    `Settings: fine; this agent is ${settings.agent.name}${settings.agent.site === undefined ? '' : ` at ${settings.agent.site}`}`,
  );
  for (const warning of settings.warnings) printNote(`Settings: ${warning}`);
  const { fine, connection } = await checkBroker(
    settings,
    brokerIdentities(settings.agent, opened.active),
    agentDirectory,
  );
  const notifications = await checkNotifications(settings);
  const reading = await checkCollectors(opened, state);
  await connection?.close();
  process.exitCode = fine && notifications && reading ? 0 : 1;
}
