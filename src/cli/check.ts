import { allCollectors } from '../collectors/index.ts';
import { readCollectorAndRecord } from '../loop/collector-reading.ts';
import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';
import { type Problem, unreadableProblemKey } from '../model/problem.ts';
import type { AgentIdentity, StateEntry } from '../model/state.ts';
import { renderTranslatableText } from '../model/translation.ts';
import { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import { findFormerAgentsOfMachine } from '../mqtt/former-agents.ts';
import { buildNotificationRequest } from '../notify/notification-request.ts';
import { postNotification, printableOrigin } from '../notify/retrying-notifier.ts';
import { notifyAuthorizationHeader } from '../notify/settings.ts';
import { loadSettings, peekLanguage, type Settings } from '../settings/index.ts';
import { translateCollector, translateDevice, translatePartName } from '../views/language.ts';
import { agentAndLabCollectorIdentities } from './agent-identities.ts';
import { runCheckAsService } from './check-as-service.ts';
import { checkBroker, checkBrokerAcceptsLargestAnnouncement, checkEntityCount } from './check-broker.ts';
import { checkInstalledDashboards } from './check-dashboard.ts';
import { changedSiteAdvice, formerAgentAdvice, otherMachineAdvice } from './identity-advice.ts';
import { type CheckAndOnceLanguage, loadCheckAndOnceLanguage } from './load-language.ts';
import {
  describeInactiveCollector,
  openEnabledCollectors,
  type ScheduledAndInactiveCollectors,
} from './open-enabled-collectors.ts';
import { problemLinesFromState } from './problem-lines.ts';
import { missingComparisonNote, restoreMemoriesAndProblems } from './restore-memories-and-problems.ts';
import { printAdvice, printFailure, printLine, printNote, printSuccess } from './terminal.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

/** Sends a test message: nothing else shows that messages arrive. */
async function checkNotifications(
  { notify, agent }: Settings,
  { texts, notifications }: CheckAndOnceLanguage,
): Promise<boolean> {
  const { NOTIFY_URL, NOTIFY_FORMAT } = notify;
  if (NOTIFY_URL === undefined) return true;
  const origin = printableOrigin(NOTIFY_URL.url.reveal());
  const message = { kind: 'test', text: texts.testMessage } as const;
  try {
    const { refusal } = await postNotification(
      buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message),
      notifyAuthorizationHeader(notify),
      AbortSignal.timeout(10_000),
      notifications,
    );
    if (refusal === undefined) printSuccess(`${texts.notifications}: ${texts.acceptedTestMessage(origin)}`);
    else printFailure(`${texts.notifications}: ${origin}: ${refusal}`);
    return refusal === undefined;
  } catch (error) {
    printFailure(`${texts.notifications}: ${origin}: ${describeError(error)}`);
    return false;
  }
}

/** The collector with the device or part, whose name may be the same: `Home Assistant`. */
function subjectOf(
  collector: AnyCollectorDefinition,
  { table, device, part }: StateEntry,
  agent: AgentIdentity,
  language: CheckAndOnceLanguage,
): string {
  const names = language.tables[collector.id]?.[table];
  const { title } = translateCollector(language, collector);
  const name = part === undefined ? translateDevice(names, agent, device).name : translatePartName(names, part);
  return [...new Set([title, name])].join(': ');
}

/** The findings for which the settings are the reason, or what they name. */
const failuresOf = ({ findings }: StateEntry) => [...findings.values()].filter(({ failsCheck }) => failsCheck);

/** Prints what does not work of one device or part; true if all of it works. */
function printEntry(subject: string, entry: StateEntry): boolean {
  const failures = failuresOf(entry);
  if (entry.error !== undefined) printFailure(`${subject}: ${entry.error}`);
  else if (failures.length > 0)
    printFailure(`${subject}: ${entry.hint ?? failures.map(({ text }) => text).join('; ')}`);
  else if (entry.hint !== undefined) printAdvice(`${subject}: ${entry.hint}`);
  return entry.error === undefined && failures.length === 0;
}

/** True if everything that the settings name works. */
async function checkCollectors(
  { scheduled, inactive }: ScheduledAndInactiveCollectors,
  state: MutableAgentState,
  agent: AgentIdentity,
  language: CheckAndOnceLanguage,
): Promise<boolean> {
  const { texts } = language;
  const titleOf = (collector: AnyCollectorDefinition) => translateCollector(language, collector).title;
  for (const one of inactive) printNote(`${titleOf(one.collector)}: ${describeInactiveCollector(one, texts)}`);
  let passed = true;
  for (const active of scheduled) {
    const { collector } = active;
    const title = titleOf(collector);
    const { outcome } = await readCollectorAndRecord(active, state).recorded;
    const {
      entries: entriesByPath = new Map<string, StateEntry>(),
      complaints = [],
      error,
    } = state.collectors.get(collector.id) ?? {};
    const entries = [...entriesByPath.values()];
    const working = entries.filter((entry) => entry.error === undefined && failuresOf(entry).length === 0);
    if (!outcome.ok) printFailure(`${title}: ${error ?? outcome.error}`);
    else if (entries.length === 0) printSuccess(`${title}: ${texts.collectorWorks}`);
    else if (working.length > 0)
      printSuccess(
        `${title}: ${texts.collectorReads(working.length, entries.length, Math.round(outcome.seconds * 1000))}`,
      );
    for (const entry of entries) passed = printEntry(subjectOf(collector, entry, agent, language), entry) && passed;
    for (const advice of active.source.advice?.() ?? [])
      printAdvice(`${title}: ${renderTranslatableText(advice, language.collectorTexts[collector.id])}`);
    for (const { text } of complaints) printFailure(`${title}: ${text}`);
    passed &&= outcome.ok && complaints.length === 0;
  }
  return passed;
}

/** Problems that `checkCollectors` has not printed. */
function printOtherProblems({ agent }: Settings, state: MutableAgentState, language: CheckAndOnceLanguage): void {
  const printed = new Set(
    [...state.collectors.values()].flatMap(({ id, entries }) =>
      [...entries].flatMap(([path, entry]) => failuresOf(entry).map(({ key }) => `${id}/${path} ${key}`)),
    ),
  );
  const isNew = ({ place, path, key }: Problem) =>
    place !== 'collector' && key !== unreadableProblemKey && !printed.has(`${path} ${key}`);
  // What belongs to a problem is indented.
  for (const line of problemLinesFromState(agent, state, language, isNew))
    if (line.startsWith(' ')) printLine(`  ${line}`);
    else printAdvice(line);
}

/** Prints what Home Assistant does not follow: another id of this machine's agent, and another site. */
async function printIdentityAdvice(
  { agent, mqtt }: Settings,
  state: MutableAgentState,
  texts: CheckAndOnceTexts,
): Promise<void> {
  const siteAdvice = changedSiteAdvice(agent, [...state.announcedDevices.values()], texts);
  if (siteAdvice !== undefined) printAdvice(`${texts.settings}: ${siteAdvice}`);
  for (const former of await findFormerAgentsOfMachine(mqtt, agent))
    printAdvice(`${texts.broker}: ${formerAgentAdvice(former, texts)}`);
}

/** Checks everything that the agent needs and prints what is missing, for the installed service as that runs; exit
 * status 0 if nothing is, otherwise 1. */
export async function runCheckCommand({ env }: { env?: string }): Promise<void> {
  const status = await runCheckAsService(env);
  if (status !== undefined) {
    process.exitCode = status;
    return;
  }
  const language = await loadCheckAndOnceLanguage({ language: peekLanguage(env) });
  const { texts } = language;
  const settings = loadSettings(allCollectors, env, texts.settingTexts);
  const state = new MutableAgentState('', language);
  const agentDirectory = new BrokerAgentDirectory();
  const opened = await openEnabledCollectors(settings, state, agentDirectory, undefined, texts.settingTexts);
  printSuccess(`${texts.settings}: ${texts.validSettings(settings.agent.name, settings.agent.site)}`);
  for (const warning of settings.warnings) printAdvice(`${texts.settings}: ${warning}`);
  const identities = agentAndLabCollectorIdentities(settings.agent, opened.scheduled);
  const broker = await checkBroker(settings, identities, agentDirectory, language);
  try {
    const earlier = await restoreMemoriesAndProblems(broker.connection, identities, state, (problems) => {
      const advice = otherMachineAdvice(settings.agent, problems, texts);
      if (advice !== undefined) printAdvice(`${texts.broker}: ${advice}`);
    });
    await printIdentityAdvice(settings, state, texts);
    const notifications = await checkNotifications(settings, language);
    const collectors = await checkCollectors(opened, state, settings.agent, language);
    const fits = await checkBrokerAcceptsLargestAnnouncement(
      broker.passed ? broker.connection : undefined,
      identities,
      state,
      language,
    );
    if (broker.passed) await checkEntityCount(broker.connection, settings, texts);
    if (broker.passed) await checkInstalledDashboards(broker.connection, settings, state, language);
    printOtherProblems(settings, state, language);
    const note = missingComparisonNote(earlier, settings.mqtt, texts);
    if (note !== undefined) printNote(`${texts.problems}: ${note}`);
    process.exitCode = broker.passed && notifications && collectors && fits ? 0 : 1;
  } finally {
    // Without a DISCONNECT the broker would publish the will.
    await broker.connection?.close();
  }
}
