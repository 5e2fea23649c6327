import type { Problem } from '../model/problem.ts';
import { isReportable } from '../views/problems.ts';

/** A problem that has begun or is over, to send to a person. */
export interface AlertMessage {
  kind: 'trouble' | 'recovery';
  subject: string;
  text: string;
  /** When the problem began. */
  since: Date;
  /** How long the problem lasted, once it is over. */
  seconds?: number;
}

interface TrackedProblem {
  problem: Problem;
  since: Date;
  isReported: boolean;
  /** When the problem was first absent. */
  overSince?: Date;
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

/** Merges the messages of each subject: a drive with three problems at once has one cause. */
function mergeBySubject(messages: readonly AlertMessage[]): AlertMessage[] {
  const merged = new Map<string, AlertMessage>();
  for (const message of messages) {
    const key = `${message.kind} ${message.subject}`;
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? message
        : {
            ...before,
            text: `${before.text}; ${message.text}`,
            since: before.since < message.since ? before.since : message.since,
          },
    );
  }
  return [...merged.values()];
}

/** Reports each problem once when it has lasted for `minSeconds`, and once when it has been absent as long: a problem that comes and
 * goes is reported as one. */
export class AlertTracker {
  readonly #tracked = new Map<string, TrackedProblem>();
  readonly #minSeconds: number;

  constructor(minSeconds: number) {
    this.#minSeconds = minSeconds;
  }

  update(problems: readonly Problem[], now: Date): AlertMessage[] {
    const present = new Set(problems.map(({ id }) => id));
    return mergeBySubject([
      ...problems.flatMap((problem) => this.#messagesWhileLasting(problem, now)),
      ...[...this.#tracked.keys()].filter((id) => !present.has(id)).flatMap((id) => this.#messagesWhenOver(id, now)),
    ]);
  }

  #messagesWhileLasting(problem: Problem, now: Date): AlertMessage[] {
    const tracked: TrackedProblem = this.#tracked.get(problem.id) ?? { problem, since: now, isReported: false };
    this.#tracked.set(problem.id, tracked);
    const isSuppressed = !isReportable(problem);
    if (!isSuppressed) tracked.problem = problem;
    delete tracked.overSince;
    // A problem that is no longer suppressed must last for `minSeconds` on its own.
    if (isSuppressed && !tracked.isReported) tracked.since = now;
    if (isSuppressed || tracked.isReported || secondsBetween(tracked.since, now) < this.#minSeconds) return [];
    tracked.isReported = true;
    return [{ kind: 'trouble', subject: problem.subject, text: problem.text, since: tracked.since }];
  }

  #messagesWhenOver(id: string, now: Date): AlertMessage[] {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return [];
    tracked.overSince ??= now;
    if (tracked.isReported && secondsBetween(tracked.overSince, now) < this.#minSeconds) return [];
    this.#tracked.delete(id);
    const { problem, since, isReported, overSince } = tracked;
    return isReported
      ? [
          {
            kind: 'recovery',
            subject: problem.subject,
            text: problem.text,
            since,
            seconds: secondsBetween(since, overSince),
          },
        ]
      : [];
  }
}
