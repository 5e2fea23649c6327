import { collectors } from '../collectors/index.ts';
import { runCollector } from '../loop/run-collector.ts';
import { Records } from '../loop/state.ts';
import { describe } from '../model/fault.ts';
import type { Entry } from '../model/state.ts';
import type { Connection } from '../mqtt/connection.ts';
import { LabTopics } from '../mqtt/lab-topics.ts';
import { missingRights } from '../mqtt/rights.ts';
import { printed } from '../mqtt/settings.ts';
import { visit } from '../mqtt/visit.ts';
import type { Message } from '../notify/alarms.ts';
import { letter } from '../notify/letter.ts';
import { deliver, printed as printedAddress } from '../notify/post.ts';
import { authorizationOf } from '../notify/settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { type Staff, staff } from './jobs.ts';
import { aside, bad, good } from './terminal.ts';
import { type Voice, voices } from './voices.ts';

/** Tries what each speaker needs; the connection stays, so that the other agents are heard. */
async function checkBroker({ mqtt, agent }: Settings, speakers: readonly Voice[], lab: LabTopics): Promise<{ fine: boolean; connection?: Connection }> {
  const url = printed(mqtt.MQTT_URL);
  if (mqtt.MQTT_URL.protocol === 'embedded') {
    aside(`Broker: our own, on ${url}. For Home Assistant set MQTT_URL to the broker that it uses`);
    return { fine: true };
  }
  try {
    const connection = await visit(mqtt, agent);
    good(`Broker: ${url} lets us in (MQTT ${connection.protocolVersion === 5 ? '5' : '3.1.1'})`);
    const missing: string[] = [];
    for (const speaker of speakers) missing.push(...(await missingRights(connection, speaker.agent)));
    if (missing.length === 0) good('Broker: we may read and write what we need');
    for (const right of missing) bad(`Broker: ${right}`);
    if (speakers.length > 1) await lab.follow(connection, agent, false);
    return { fine: missing.length === 0, connection };
  } catch (error) {
    bad(`Broker: ${describe(error)}`);
    return { fine: false };
  }
}

/** Sends a message, for nothing else shows that one arrives. */
async function checkNotifications({ notify, agent }: Settings): Promise<boolean> {
  const { NOTIFY_URL, NOTIFY_FORMAT } = notify;
  if (NOTIFY_URL === undefined) return true;
  const place = printedAddress(NOTIFY_URL.url.reveal());
  const message: Message = { kind: 'recovery', subject: agent.name, text: 'A check: this message has arrived.', since: new Date() };
  try {
    const { refusal } = await deliver(letter(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message), authorizationOf(notify), AbortSignal.timeout(10_000));
    if (refusal === undefined) good(`Notifications: ${place} took a message; see whether it arrives`);
    else bad(`Notifications: ${place}: ${refusal}`);
    return refusal === undefined;
  } catch (error) {
    bad(`Notifications: ${place}: ${describe(error)}`);
    return false;
  }
}

async function checkCollectors({ jobs, off }: Staff, state: Records): Promise<boolean> {
  for (const { collector, reason } of off) aside(`${collector.title}: off because ${reason}`);
  let fine = true;
  for (const { collector, source } of jobs) {
    const outcome = await runCollector(collector, source).outcome;
    state.record(collector, outcome);
    const { entries: found, complaints } = state.collectors.get(collector.id) ?? { entries: new Map<string, Entry>(), complaints: [] };
    const entries = [...found.values()];
    const broken = entries.filter(({ error }) => error !== undefined);
    if (!outcome.ok) bad(`${collector.title}: ${outcome.error}`);
    else good(`${collector.title}: works (${entries.length - broken.length} of ${entries.length} read in ${Math.round(outcome.seconds * 1000)} ms)`);
    for (const { device, part, error } of broken) bad(`${collector.title}: ${part?.name ?? device.name}: ${error}`);
    for (const { device, part, hint } of entries) if (hint !== undefined) aside(`${collector.title}: ${part?.name ?? device.name}: ${hint}`);
    for (const complaint of complaints) bad(`${collector.title}: ${complaint}`);
    fine &&= outcome.ok && broken.length === 0 && complaints.length === 0;
  }
  return fine;
}

/** Tries everything that the agent needs and says what is missing; exit status 0 if nothing is, else 1. */
export async function check({ env }: { env?: string }): Promise<void> {
  const settings = loadSettings(collectors, env);
  const state = new Records('');
  const lab = new LabTopics();
  const team = staff(settings, state, lab);
  state.memory.load(new Map(), state.collectors.keys());
  good(`Settings: fine; this agent is ${settings.agent.name}${settings.agent.site === undefined ? '' : ` at ${settings.agent.site}`}`);
  for (const warning of settings.warnings) aside(`Settings: ${warning}`);
  const { fine, connection } = await checkBroker(settings, voices(settings.agent, team.jobs), lab);
  const notifications = await checkNotifications(settings);
  const reading = await checkCollectors(team, state);
  await connection?.close();
  process.exitCode = fine && notifications && reading ? 0 : 1;
}
