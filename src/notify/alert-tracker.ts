import type { Problem } from '../views/problems.ts';

/** What a person should hear. */
export interface AlertMessage {
  kind: 'trouble' | 'recovery';
  subject: string;
  text: string;
  /** When the trouble began. */
  since: Date;
  /** How long it lasted, once it is over. */
  seconds?: number;
}

interface TrackedProblem {
  problem: Problem;
  since: Date;
  announced: boolean;
  /** When it was not there any more. */
  overSince?: Date;
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

/** One message for each subject: a drive that raises three flags at once has one cause. */
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

/** Tells each trouble once when it has lasted, and once when it is over for good: what flutters is one trouble. */
export class AlertTracker {
  readonly #known = new Map<string, TrackedProblem>();
  readonly #minSeconds: number;

  /** `patience`: seconds. */
  constructor(minSeconds: number) {
    this.#minSeconds = minSeconds;
  }

  update(problems: readonly Problem[], now: Date): AlertMessage[] {
    const there = new Set(problems.map(({ id }) => id));
    return mergeBySubject([
      ...problems.flatMap((problem) => this.#messagesWhileLasting(problem, now)),
      ...[...this.#known.keys()].filter((id) => !there.has(id)).flatMap((id) => this.#messagesWhenOver(id, now)),
    ]);
  }

  #messagesWhileLasting(problem: Problem, now: Date): AlertMessage[] {
    const known: TrackedProblem = this.#known.get(problem.id) ?? { problem, since: now, announced: false };
    this.#known.set(problem.id, known);
    if (!problem.isSuppressed) known.problem = problem;
    delete known.overSince;
    // Seen by itself it has its own time to go.
    if (problem.isSuppressed && !known.announced) known.since = now;
    if (problem.isSuppressed || known.announced || secondsBetween(known.since, now) < this.#minSeconds) return [];
    known.announced = true;
    return [{ kind: 'trouble', subject: problem.subject, text: problem.text, since: known.since }];
  }

  #messagesWhenOver(id: string, now: Date): AlertMessage[] {
    const known = this.#known.get(id);
    if (known === undefined) return [];
    known.overSince ??= now;
    if (known.announced && secondsBetween(known.overSince, now) < this.#minSeconds) return [];
    this.#known.delete(id);
    const { problem, since, announced, overSince } = known;
    return announced
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
