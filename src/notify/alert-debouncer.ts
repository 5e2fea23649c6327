import type { Problem, ToldProblem } from '../model/problem.ts';
import type { AgentState } from '../model/state.ts';
import { groupProblems } from '../views/problem-groups.ts';
import { isReportable } from '../views/problems.ts';

/** A problem that has begun or is over, to send to a person. */
export type AlertMessage =
  | { kind: 'trouble'; problem: Problem; consequences: readonly Problem[] }
  | { kind: 'recovery'; id: string; problem: ToldProblem; seconds: number };

interface TrackedProblem {
  problem: Problem | ToldProblem;
  /** Since when it could have been reported. */
  reportableSince: Date;
  isReported: boolean;
  /** When the problem was first absent. */
  overSince?: Date;
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

const consequencesOf = (problem: Problem, all: readonly Problem[]) =>
  groupProblems(all).find((group) => group.problem === problem)?.consequences ?? [];

/** Reports each problem once when it has lasted for `minSeconds`, and once when it has been absent as long: a problem that comes and
 * goes is reported as one. What an earlier process has reported is not reported again, and its end is. */
export class AlertDebouncer {
  readonly #tracked = new Map<string, TrackedProblem>();
  readonly #minSeconds: number;

  constructor(minSeconds: number) {
    this.#minSeconds = minSeconds;
  }

  /** `problems` is the list of what is wrong in the state. */
  update(
    problems: readonly Problem[],
    { toldProblems, restoredProblems }: Pick<AgentState, 'toldProblems' | 'restoredProblems'>,
    now: Date,
  ): AlertMessage[] {
    const present = new Set(problems.map(({ id }) => id));
    for (const [id, problem] of toldProblems)
      if (!this.#tracked.has(id)) this.#tracked.set(id, { problem, reportableSince: now, isReported: true });
    return [
      ...problems.flatMap((problem) => this.#messagesWhileLasting(problem, problems, now)),
      ...[...this.#tracked.keys()]
        // A restored problem may last: its collector has not read it yet.
        .filter((id) => !present.has(id) && !restoredProblems.has(id))
        .flatMap((id) => this.#messagesWhenOver(id, now)),
    ];
  }

  /** Whether a problem was reported and its end was not. */
  isReported(id: string): boolean {
    return this.#tracked.get(id)?.isReported ?? false;
  }

  #messagesWhileLasting(problem: Problem, all: readonly Problem[], now: Date): AlertMessage[] {
    const tracked = this.#tracked.get(problem.id) ?? { problem, reportableSince: now, isReported: false };
    this.#tracked.set(problem.id, tracked);
    if (problem.isTold) tracked.isReported = true;
    delete tracked.overSince;
    // A problem that is no longer suppressed must last for `minSeconds` on its own.
    if (!isReportable(problem)) {
      if (!tracked.isReported) tracked.reportableSince = now;
      return [];
    }
    tracked.problem = problem;
    if (tracked.isReported || secondsBetween(tracked.reportableSince, now) < this.#minSeconds) return [];
    tracked.isReported = true;
    return [{ kind: 'trouble', problem, consequences: consequencesOf(problem, all) }];
  }

  #messagesWhenOver(id: string, now: Date): AlertMessage[] {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return [];
    tracked.overSince ??= now;
    if (tracked.isReported && secondsBetween(tracked.overSince, now) < this.#minSeconds) return [];
    this.#tracked.delete(id);
    const { problem, isReported, overSince } = tracked;
    return isReported ? [{ kind: 'recovery', id, problem, seconds: secondsBetween(problem.since, overSince) }] : [];
  }
}
