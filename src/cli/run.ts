import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { createApiRoutes } from '../http/api-routes.ts';
import { createLivePageRoutes } from '../http/page-routes.ts';
import { type StatusServer, startStatusServer } from '../http/server.ts';
import { excerptOf } from '../lib/excerpt.ts';
import { PerMinuteLimiter } from '../lib/per-minute-limiter.ts';
import { startSystemdNotifications } from '../lib/systemd.ts';
import { createLog, type Log } from '../log.ts';
import { CollectorSubsetState } from '../loop/collector-subset-state.ts';
import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import { RecentMetricHistory } from '../loop/recent-metric-history.ts';
import { Scheduler } from '../loop/scheduler.ts';
import type { ReportableEntryChange } from '../loop/state-entry.ts';
import { forgetActionKey } from '../model/action.ts';
import { parsePartSegment } from '../model/address.ts';
import { bounds } from '../model/bounds.ts';
import { describeError } from '../model/errors.ts';
import type { EarlierAnnouncedDevice, Problem } from '../model/problem.ts';
import { Topics } from '../model/topics.ts';
import { renderTranslatableText } from '../model/translation.ts';
import { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import { startEmbeddedBroker } from '../mqtt/embedded-broker.ts';
import { findFormerAgentsOfMachine } from '../mqtt/former-agents.ts';
import type { DeviceCommand } from '../mqtt/inbound.ts';
import { OtherAgentsProblemLists } from '../mqtt/other-agents-problem-lists.ts';
import { ReconnectingPublisher } from '../mqtt/reconnecting-publisher.ts';
import { printableBrokerUrl } from '../mqtt/settings.ts';
import { startNotifications } from '../notify/index.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { collectGarbageAfterStart } from '../v8-flags.ts';
import { formatDuration } from '../views/duration.ts';
import { parseRestoredProblems } from '../views/problems-payload.ts';
import { agentAndLabCollectorIdentities } from './agent-identities.ts';
import { changedSiteAdvice, formerAgentAdvice, otherMachineAdvice } from './identity-advice.ts';
import { loadLanguage } from './load-language.ts';
import { mosquittoSubCommand } from './mosquitto-sub-command.ts';
import {
  describeInactiveCollector,
  openEnabledCollectors,
  type ScheduledAndInactiveCollectors,
} from './open-enabled-collectors.ts';
import { flushOutputAndGetError } from './output.ts';
import { exitDespiteHangingReads } from './process-end.ts';
import { waitForStopSignalName } from './signals.ts';
import { englishCheckAndOnceTexts } from './texts/english.ts';
import { logUncaughtErrorsAndContinue } from './uncaught.ts';

function logChange(
  log: Log,
  { subject, error, hint, impossibleValue, possibleMetric, seconds }: ReportableEntryChange,
): void {
  const problem = error ?? hint ?? impossibleValue;
  if (problem !== undefined) log.warn(`${subject}: ${problem}`);
  else if (possibleMetric !== undefined) log.info(`${subject}: ${possibleMetric}: has a possible value again`);
  else log.info(`${subject}: available again${seconds === undefined ? '' : ` after ${formatDuration(seconds)}`}`);
}

/** Logs one line, however many memories were rejected. */
function logRejectedMemories(log: Log, rejected: readonly string[]): void {
  if (rejected.length === 0) return;
  const more = rejected.length > 3 ? `, and ${rejected.length - 3} more` : '';
  log.warn(`MQTT: ignored invalid memory topics on the broker: ${rejected.slice(0, 3).join('; ')}${more}`);
}

/** Logs at the start what is monitored, where the results go, and what to do next. */
function logStart(
  log: Log,
  settings: Settings,
  { scheduled, inactive }: ScheduledAndInactiveCollectors,
  server: StatusServer | undefined,
): void {
  const { agent, mqtt } = settings;
  const { protocol } = mqtt.MQTT_URL;
  log.info(
    `infra-monitor ${agent.version} is monitoring ${agent.name}${agent.site === undefined ? '' : ` (site ${agent.site})`}`,
  );
  for (const { collector, schedule } of scheduled) log.info(`  ${collector.title}: on (${schedule})`);
  for (const one of inactive)
    log.info(`  ${one.collector.title}: ${describeInactiveCollector(one, englishCheckAndOnceTexts)}`);
  if (server !== undefined) log.info(`Status page: ${server.url}`);
  log.info(`Topics: ${mosquittoSubCommand(mqtt, new Topics(agent).ownFilter)}`);
  if (protocol === 'embedded')
    log.info(
      `Broker: embedded, at ${printableBrokerUrl(mqtt.MQTT_URL)}, for trying the agent out. It supports MQTT 3.1.1 only, while Home Assistant requires MQTT 5 from 2027.1 on. To use Home Assistant, set MQTT_URL to its broker, e.g. MQTT_URL=mqtt://homeassistant.local:1883`,
    );
}

/** Runs the actions that are requested over MQTT, by whoever may publish there. */
function createCommandHandler(
  log: Log,
  state: MutableAgentState,
  scheduler: Scheduler,
): (command: DeviceCommand) => Promise<void> {
  const limit = new PerMinuteLimiter(bounds.commands);
  return async ({ collector, device, action }) => {
    if (limit.admit() === undefined) return;
    const request = `${excerptOf(device)}: ${excerptOf(action)} requested over MQTT`;
    try {
      const [name, segment] = action.split(' ');
      if (name === forgetActionKey) {
        const part = segment === undefined ? undefined : parsePartSegment(segment);
        const canBeForgotten = state.collectors.get(collector)?.entries.get(device)?.canBeForgotten;
        if (canBeForgotten && segment === undefined) await scheduler.forget(collector, device);
        else if (!state.forgetMissing({ collector, device, ...(part === undefined ? {} : { part }) }))
          return log.info(`${request}: nothing of this name was known`);
      } else await scheduler.runAction(collector, device, action);
      log.info(`${request}: done`);
    } catch (error) {
      log.warn(`${request}: ${describeError(error)}`);
    }
  };
}

/** Says what Home Assistant does not follow: another id of this machine's agent, and another site. */
async function logIdentityAdvice(
  log: Log,
  { agent, mqtt }: Settings,
  announced: readonly EarlierAnnouncedDevice[],
): Promise<void> {
  const siteAdvice = changedSiteAdvice(agent, announced);
  if (siteAdvice !== undefined) log.warn(siteAdvice);
  for (const former of await findFormerAgentsOfMachine(mqtt, agent)) log.warn(formerAgentAdvice(former));
}

/** Logs what works, but should be otherwise. */
function logAdvice(log: Log, scheduled: ScheduledAndInactiveCollectors['scheduled']): void {
  for (const { collector, source } of scheduled)
    for (const advice of source.advice?.() ?? []) log.warn(`${collector.title}: ${renderTranslatableText(advice)}`);
}

/** Runs until a signal stops the agent. */
export async function runAgentCommand({ env }: { env?: string }): Promise<void> {
  const settings = loadSettings(allCollectors, env);
  const language = await loadLanguage(settings);
  const { agent, mqtt } = settings;
  const log = createLog(settings.log);
  for (const warning of settings.warnings) log.warn(warning);

  const state = new MutableAgentState(printableBrokerUrl(mqtt.MQTT_URL), language);
  const agentDirectory = new BrokerAgentDirectory();
  let server: StatusServer | undefined;
  const opened = await openEnabledCollectors(settings, state, agentDirectory, () => server?.address);
  const broker = mqtt.MQTT_URL.protocol === 'embedded' ? await startEmbeddedBroker(mqtt) : undefined;
  const history = new RecentMetricHistory();
  const page = createLivePageRoutes(
    { catalogue: allCollectors, agent, state, history, agentDirectory, language },
    settings.http.HTTP_ALLOWED_PEERS,
  );
  const paths = new Map([
    ...page.routes,
    ...createApiRoutes(allCollectors, agent, state, settings.http.HTTP_TOKEN !== undefined, language),
  ]);
  if (settings.http.HTTP_PORT !== 0)
    server = await startStatusServer(settings.http, paths, { agent: agent.name, site: agent.site ?? null }, (text) =>
      log.warn(text),
    );
  logStart(log, settings, opened, server);
  logUncaughtErrorsAndContinue(log);
  collectGarbageAfterStart();

  const scheduler = new Scheduler(state, {
    recorded(collector, outcome, changes) {
      const now = state.collectors.get(collector.id);
      if (now !== undefined) history.record(collector, now, outcome.at);
      page.updateListeners();
      for (const change of changes) logChange(log, change);
      if (outcome.ok || changes.length > 0) for (const session of sessions) session.update();
    },
    skipped(collector) {
      log.debug(`${collector.id}: still reading; tick skipped`);
    },
  });
  // The first announcement waits for all collectors, so that it is complete, but not for a drive that hangs.
  const firstOutcomes = scheduler.start(opened.scheduled);
  void firstOutcomes.then(() => logAdvice(log, opened.scheduled));
  const ready = Promise.race([firstOutcomes, pause(5000, undefined, { ref: false })]);
  const identities = agentAndLabCollectorIdentities(agent, opened.scheduled);
  // What is read of the whole lab is published over a connection of its own: this agent speaks for the lab while that
  // is up.
  const connections = new Map(
    identities.map((identity) => [
      identity,
      identity.shared ? new MutableAgentState(state.broker.url).broker : state.broker,
    ]),
  );
  const isLeftToOthers = ({ path }: Problem) =>
    identities.some(
      (identity) =>
        connections.get(identity)?.connected === false &&
        identity.shared &&
        [...identity.collectors].some((id) => `${path}/`.startsWith(`${id}/`)),
    );
  const directory = identities.length > 1 ? agentDirectory : undefined;
  const otherProblemLists =
    directory !== undefined || settings.notify.NOTIFY_URL === undefined ? undefined : new OtherAgentsProblemLists();
  let isIdentityChecked = false;
  const adviseOnIdentity = (announced: readonly EarlierAnnouncedDevice[]) => {
    if (!isIdentityChecked) void logIdentityAdvice(log, settings, announced);
    isIdentityChecked = true;
  };
  const runCommandedAction = createCommandHandler(log, state, scheduler);
  const sessions = [...connections].map(
    ([{ agent, collectors: ids, shared }, connection]) =>
      new ReconnectingPublisher({
        agent,
        catalogue: allCollectors,
        language,
        state: new CollectorSubsetState(state, ids, connection),
        settings: mqtt,
        log,
        shared,
        ...(shared ? {} : { agentDirectory: directory, otherProblemLists }),
        ready,
        eventDelivered: (event) => state.markDelivered(event),
        deviceDismissed: (device) => state.forgetDevice(device),
        memoriesLoaded: (memories, isComplete) =>
          logRejectedMemories(log, state.memoryStore.load(memories, ids, isComplete)),
        problemsLoaded(payload) {
          state.problemMemory.restore(parseRestoredProblems(payload), new Date());
          const advice = shared ? undefined : otherMachineAdvice(agent, payload);
          if (advice !== undefined) log.warn(advice);
        },
        devicesAnnounced(devices, parts) {
          state.problemMemory.restoreAnnounced(devices, new Date());
          state.restoreAnnouncedParts(parts);
          if (!shared) adviseOnIdentity(devices);
        },
        ownerKnown: (device, owner) => state.setOwner(device, owner),
        commandReceived: (command) =>
          void runCommandedAction(command).then(() => {
            for (const session of sessions) session.update();
          }),
      }),
  );
  for (const session of sessions) session.start();
  // A failed connection counts too, so that booting does not wait for a broker that is not up yet.
  const isAnswered = () => state.broker.connected || state.broker.error !== undefined;
  void startSystemdNotifications(isAnswered, (error) =>
    log.warn(`systemd could not be notified: ${describeError(error)}`),
  );
  const notifications = startNotifications(
    settings.notify,
    allCollectors,
    agent,
    state,
    log,
    {
      directory: directory ?? otherProblemLists,
      isLeftToOthers,
      reported(problem) {
        state.problemMemory.markTold(problem.id, problem);
        for (const session of sessions) session.update();
      },
      ended(id) {
        state.problemMemory.markUntold(id);
        for (const session of sessions) session.update();
      },
    },
    language,
  );
  const signal = await waitForStopSignalName();

  log.info(`${signal}: stopping`);
  notifications.close();
  await Promise.race([
    Promise.allSettled([scheduler.stop(), server?.close(), ...sessions.map((session) => session.stop())]),
    new Promise((resolve) => setTimeout(resolve, 1500)),
  ]);
  await broker?.close();
  // The reader of the log may have stopped reading.
  await Promise.race([flushOutputAndGetError(), pause(500)]);
  await exitDespiteHangingReads(0);
}
