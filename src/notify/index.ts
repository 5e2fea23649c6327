import type { Log } from '../log.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { Problem } from '../model/problem.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { findProblems } from '../views/problems.ts';
import { AlertDebouncer } from './alert-debouncer.ts';
import { buildNotificationRequest } from './notification-request.ts';
import { Notifier } from './notifier.ts';
import { type NotifySettings, notifyAuthorizationHeader } from './settings.ts';

/** Seconds that a problem must last to be reported, and be absent to be over. */
const minProblemSeconds = 30;

/** Seconds between two checks. */
const checkIntervalSeconds = 5;

/** How long problems wait for the first connection to the broker, which knows what was reported before the start. */
const brokerTimeoutMs = 300_000;

/** Remembers which problems were reported, also over a restart. */
export interface NotificationListener {
  /** A server has accepted the message of a problem. */
  reported(problem: Problem): void;
  /** The end of a reported problem is about to be sent. */
  ended(id: string): void;
}

/** Sends a message for each problem and for its end, until `close`. Does nothing without NOTIFY_URL. */
export function startNotifications(
  settings: NotifySettings,
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  log: Log,
  listener: NotificationListener,
): { close(): void } {
  const { NOTIFY_URL, NOTIFY_FORMAT } = settings;
  if (NOTIFY_URL === undefined) return { close: () => undefined };
  const tracker = new AlertDebouncer(minProblemSeconds);
  const notifier = new Notifier(log, notifyAuthorizationHeader(settings));
  const startedAt = performance.now();
  let isMemoryKnown = false;
  const check = () => {
    isMemoryKnown ||= state.broker.connected || performance.now() - startedAt > brokerTimeoutMs;
    const problems = findProblems(catalogue, agent, state).filter(({ place }) => isMemoryKnown || place === 'broker');
    for (const message of tracker.update(problems, state, new Date())) {
      const request = buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message);
      if (message.kind === 'recovery') {
        listener.ended(message.id);
        notifier.send(request);
      } else {
        const { problem } = message;
        notifier.send(request, () => {
          // Its end may have been queued meanwhile.
          if (tracker.isReported(problem.id)) listener.reported(problem);
        });
      }
    }
  };
  const timer = setInterval(check, checkIntervalSeconds * 1000).unref();
  return {
    close() {
      clearInterval(timer);
      notifier.close();
    },
  };
}
