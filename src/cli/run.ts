import { setTimeout as pause } from 'node:timers/promises';
import { collectors } from '../collectors/index.ts';
import { pageRoutes } from '../http/page.ts';
import { routes } from '../http/routes.ts';
import { type StatusServer, startServer } from '../http/server.ts';
import { tellSystemd } from '../lib/systemd.ts';
import { createLog, type Log } from '../log.ts';
import { Hour } from '../loop/history.ts';
import { Loop } from '../loop/schedule.ts';
import { Share } from '../loop/share.ts';
import { type Change, Records } from '../loop/state.ts';
import { describe } from '../model/fault.ts';
import { ownTopics } from '../model/naming.ts';
import { startEmbeddedBroker } from '../mqtt/embedded-broker.ts';
import { LabTopics } from '../mqtt/lab-topics.ts';
import type { Command } from '../mqtt/live.ts';
import { Session } from '../mqtt/session.ts';
import { printed } from '../mqtt/settings.ts';
import { startNotifying } from '../notify/index.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { howLong } from '../views/how-long.ts';
import { exit } from './exit.ts';
import { type Staff, staff } from './jobs.ts';
import { written } from './output.ts';
import { toldToEnd } from './signals.ts';
import { surviveUncaughtErrors } from './uncaught.ts';
import { voices } from './voices.ts';

function tell(log: Log, { subject, error, hint, seconds }: Change): void {
  const trouble = error ?? hint;
  if (trouble !== undefined) log.warn(`${subject}: ${trouble}`);
  else log.info(`${subject}: is back${seconds === undefined ? '' : ` after ${howLong(seconds)}`}`);
}

/** One line, however many there are. */
function tellDropped(log: Log, dropped: readonly string[]): void {
  if (dropped.length === 0) return;
  const more = dropped.length > 3 ? `, and ${dropped.length - 3} more` : '';
  log.warn(`MQTT: dropped what the broker remembers of ${dropped.slice(0, 3).join('; ')}${more}`);
}

/** What a person wants to know at the start: what is watched, where it goes, what to do next. */
function introduce(log: Log, settings: Settings, { jobs, off }: Staff, server: StatusServer | undefined): void {
  const { agent, mqtt } = settings;
  const { protocol, host, port } = mqtt.MQTT_URL;
  log.info(`infra-monitor ${agent.version} watches ${agent.name}${agent.site === undefined ? '' : ` at ${agent.site}`}`);
  for (const { collector, schedule } of jobs) log.info(`  ${collector.title}: on (${schedule})`);
  for (const { collector, reason } of off) log.info(`  ${collector.title}: off (${reason})`);
  if (server !== undefined) log.info(`Page: ${server.url}`);
  log.info(`Topics: mosquitto_sub -h ${host} -p ${port} -v -t '${ownTopics(agent)}'`);
  if (protocol === 'embedded')
    log.info(
      `Broker: our own, on ${printed(mqtt.MQTT_URL)}, for a first look. For Home Assistant set MQTT_URL to the broker that it uses, e.g. MQTT_URL=mqtt://homeassistant.local:1883`,
    );
}

async function obey(log: Log, loop: Loop, { collector, device, action }: Command): Promise<void> {
  try {
    await loop.act(collector, device, action);
    log.info(`${device}: ${action}, as told over MQTT`);
  } catch (error) {
    log.warn(`${device}: ${action}, told over MQTT: ${describe(error)}`);
  }
}

/** Runs until it is told to end. */
export async function run({ env }: { env?: string }): Promise<void> {
  const settings = loadSettings(collectors, env);
  const { agent, mqtt } = settings;
  const log = createLog(settings.log);
  for (const warning of settings.warnings) log.warn(warning);

  const state = new Records(printed(mqtt.MQTT_URL));
  const lab = new LabTopics();
  const team = staff(settings, state, lab);
  const broker = mqtt.MQTT_URL.protocol === 'embedded' ? await startEmbeddedBroker(mqtt) : undefined;
  const history = new Hour();
  const page = pageRoutes({ catalogue: collectors, agent, state, history, lab }, settings.http.HTTP_ALLOWED_PEERS);
  const paths = new Map([...page.routes, ...routes(collectors, agent, state, settings.http.HTTP_TOKEN !== undefined)]);
  const server = settings.http.HTTP_PORT === 0 ? undefined : await startServer(settings.http, paths, { agent: agent.name, site: agent.site ?? null });
  introduce(log, settings, team, server);
  surviveUncaughtErrors(log);

  const loop = new Loop(state, {
    recorded(collector, outcome, changes) {
      const now = state.collectors.get(collector.id);
      if (now !== undefined) history.record(collector, now, outcome.at);
      page.audience.update();
      for (const change of changes) tell(log, change);
      if (outcome.ok || changes.length > 0) for (const session of sessions) session.update();
    },
    skipped(collector) {
      log.debug(`${collector.id}: still reading; this tick is left out`);
    },
  });
  // One whole announcement, rather than one that grows under Home Assistant's eyes; but nobody waits for a drive that hangs.
  const ready = Promise.race([loop.start(team.jobs), pause(5000, undefined, { ref: false })]);
  const speakers = voices(agent, team.jobs);
  const sessions = speakers.map(
    ({ agent, collectors: ids, shared }) =>
      new Session({
        agent,
        catalogue: collectors,
        state: new Share(state, ids, shared ? new Records(state.broker.url).broker : state.broker),
        settings: mqtt,
        log,
        shared,
        lab: shared || speakers.length === 1 ? undefined : lab,
        ready,
        told: (event) => state.told(event),
        dismissed: (device) => state.forget(device),
        remembered: (memories) => tellDropped(log, state.memory.load(memories, ids)),
        commanded: (command) => void obey(log, loop, command),
      }),
  );
  for (const session of sessions) session.start();
  // With the broker's answer, whatever it is: a broker that comes later does not keep the machine's start waiting.
  const answered = () => state.broker.connected || state.broker.error !== undefined;
  void tellSystemd(answered, (error) => log.warn(`systemd was not told: ${describe(error)}`));
  const notifying = startNotifying(settings.notify, collectors, agent, state, log);
  const signal = await toldToEnd();

  log.info(`${signal}: leaving`);
  notifying.close();
  await Promise.race([Promise.allSettled([loop.stop(), server?.close(), ...sessions.map((session) => session.stop())]), new Promise((resolve) => setTimeout(resolve, 1500))]);
  await broker?.close();
  // Whoever reads the log may stand still.
  await Promise.race([written(), pause(500)]);
  await exit(0);
}
