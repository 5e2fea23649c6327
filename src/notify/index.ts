import type { Log } from '../log.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { findProblems } from '../views/problems.ts';
import { AlertTracker } from './alert-tracker.ts';
import { buildNotificationRequest } from './notification-request.ts';
import { Notifier } from './notifier.ts';
import { type NotifySettings, notifyAuthorizationHeader } from './settings.ts';

/** Seconds that a problem must last to be reported, and be absent to be over. */
const minProblemSeconds = 30;

/** Seconds between two checks. */
const checkIntervalSeconds = 5;

/** Sends a message for each problem and for its end, until `close`. Does nothing without NOTIFY_URL. */
export function startNotifications(
  settings: NotifySettings,
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  log: Log,
): { close(): void } {
  const { NOTIFY_URL, NOTIFY_FORMAT } = settings;
  if (NOTIFY_URL === undefined) return { close: () => undefined };
  const tracker = new AlertTracker(minProblemSeconds);
  const notifier = new Notifier(log, notifyAuthorizationHeader(settings));
  const timer = setInterval(() => {
    for (const message of tracker.update(findProblems(catalogue, agent, state), new Date()))
      notifier.send(buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message));
  }, checkIntervalSeconds * 1000).unref();
  return {
    close() {
      clearInterval(timer);
      notifier.close();
    },
  };
}
