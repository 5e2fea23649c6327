import type { Log } from '../log.ts';
import type { AgentDirectory } from '../model/agent-directory.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { Problem } from '../model/problem.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import type { Language } from '../views/language.ts';
import { findProblems } from '../views/problems.ts';
import { AlertDebouncer } from './alert-debouncer.ts';
import { buildNotificationRequest } from './notification-request.ts';
import { ReportsByOtherAgents } from './reports-by-other-agents.ts';
import { RetryingNotifier } from './retrying-notifier.ts';
import { type NotifySettings, notifyAuthorizationHeader } from './settings.ts';

/** Seconds that a problem must last to be reported, and be absent to be over. */
const minProblemSeconds = 30;

/** Seconds between two checks. */
const checkIntervalSeconds = 5;

/** How long problems wait for the first connection to the broker, which knows what was reported before the start. */
const brokerTimeoutMs = 300_000;

/** Remembers which problems were reported, also over a restart, and knows what is for others to report. */
export interface ProblemReporterCallbacks {
  /** The agents of the lab, as far as they are known. */
  directory: Pick<AgentDirectory, 'agents'> | undefined;
  /** Whether another agent speaks for the whole lab, and reports this problem. */
  isLeftToOthers(problem: Problem): boolean;
  /** A server has accepted the message of a problem. */
  reported(problem: Problem): void;
  /** The end of a reported problem is about to be sent. */
  ended(id: string): void;
}

/** Sends a message for each problem and for its end. `undefined` without NOTIFY_URL. */
export function createProblemReporter(
  settings: NotifySettings,
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  log: Log,
  { directory, isLeftToOthers, reported, ended }: ProblemReporterCallbacks,
  language?: Language,
): { check(): void; close(): void } | undefined {
  const { NOTIFY_URL, NOTIFY_FORMAT } = settings;
  if (NOTIFY_URL === undefined) return undefined;
  const debouncer = new AlertDebouncer(minProblemSeconds);
  const notifier = new RetryingNotifier(log, notifyAuthorizationHeader(settings));
  const startedAt = performance.now();
  let isMemoryKnown = false;
  return {
    check() {
      isMemoryKnown ||= state.broker.connected || performance.now() - startedAt > brokerTimeoutMs;
      const problems = findProblems(catalogue, agent, state, language)
        .filter(({ place }) => isMemoryKnown || place === 'broker')
        // Neither is it reported here, nor its end.
        .map((problem) => (isLeftToOthers(problem) ? { ...problem, certain: false } : problem));
      const now = { date: new Date(), seconds: performance.now() / 1000 };
      const others = new ReportsByOtherAgents(directory?.agents ?? [], agent.id);
      for (const message of debouncer.update(problems, state, now, others)) {
        const request = buildNotificationRequest(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message, language);
        if (message.kind === 'recovery') {
          ended(message.id);
          notifier.send(request);
        } else {
          const { problem } = message;
          notifier.send(request, () => {
            // Its end may have been queued meanwhile.
            if (debouncer.isReported(problem.id)) reported(problem);
          });
        }
      }
    },
    close: () => notifier.close(),
  };
}

/** Looks for problems to report until `close`. */
export function startNotifications(...context: Parameters<typeof createProblemReporter>): { close(): void } {
  const reporter = createProblemReporter(...context);
  if (reporter === undefined) return { close: () => undefined };
  const timer = setInterval(reporter.check, checkIntervalSeconds * 1000).unref();
  return {
    close() {
      clearInterval(timer);
      reporter.close();
    },
  };
}
