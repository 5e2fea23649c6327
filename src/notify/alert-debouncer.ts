import { compareSeverities, type Problem, type Severity, type ToldProblemForEndReport } from '../model/problem.ts';
import type { AgentState } from '../model/state.ts';
import { groupProblemsByCause } from '../views/problem-groups.ts';
import { isReportableProblem } from '../views/problems.ts';
import type { ReportsByOtherAgents } from './reports-by-other-agents.ts';

/** A problem that has begun, has become worse, or is over, to send to a person. */
export type ReportableProblemChange =
  | {
      kind: 'trouble';
      problem: Problem;
      consequences: readonly Problem[];
      /** The severity with which it was reported before, if it has become worse since. */
      severityBefore?: Severity;
    }
  | { kind: 'recovery'; id: string; problem: ToldProblemForEndReport; seconds: number };

interface TrackedProblem {
  problem: Problem | ToldProblemForEndReport;
  /** The worst severity that was reported; undefined if none was. */
  reported?: Severity | undefined;
  /** Id of the other agent that reported it. */
  reporter?: string | undefined;
  /** Since when it has been worse than what was reported, in seconds of the steady clock. */
  newsSince?: number | undefined;
  /** When the problem was first absent, in seconds of the steady clock. */
  overSince?: number | undefined;
}

/** `seconds`: by a clock that nobody sets, so that no report waits for one that was set back. */
export interface CheckTime {
  date: Date;
  seconds: number;
}

const consequencesOf = (problem: Problem, all: readonly Problem[]) =>
  groupProblemsByCause(all).find((group) => group.problem === problem)?.consequences ?? [];

/** Reports each problem once when it has lasted for `minSeconds`, once more when it has been worse for as long, and its
 * end when it has been absent for as long: a problem that comes and goes is reported as one. What an earlier process
 * has reported is not reported again, and its end is. What another agent has reported is left to it, with its end. */
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
    now: CheckTime,
    others: ReportsByOtherAgents,
  ): ReportableProblemChange[] {
    const present = new Set(problems.map(({ id }) => id));
    for (const [id, problem] of toldProblems) {
      const tracked = this.#tracked.get(id);
      if (tracked === undefined) this.#tracked.set(id, { problem, reported: problem.severity });
      else tracked.reported ??= problem.severity;
    }
    return [
      ...problems.flatMap((problem) => this.#messagesWhileLasting(problem, problems, now, others)),
      ...[...this.#tracked.keys()]
        // A restored problem may last: its collector has not read it yet.
        .filter((id) => !present.has(id) && !restoredProblems.has(id))
        .flatMap((id) => this.#messagesWhenOver(id, now, others)),
    ];
  }

  /** Whether a problem was reported and its end was not. */
  isReported(id: string): boolean {
    return this.#tracked.get(id)?.reported !== undefined;
  }

  #messagesWhileLasting(
    problem: Problem,
    all: readonly Problem[],
    now: CheckTime,
    others: ReportsByOtherAgents,
  ): ReportableProblemChange[] {
    const tracked: TrackedProblem = this.#tracked.get(problem.id) ?? { problem };
    this.#tracked.set(problem.id, tracked);
    tracked.overSince = undefined;
    if (!isReportableProblem(problem)) {
      // Once nothing suppresses it any longer, it must last for `minSeconds` on its own.
      tracked.newsSince = undefined;
      return [];
    }
    tracked.problem = problem;
    const isWorse = (severity: Severity) =>
      tracked.reported === undefined || compareSeverities(severity, tracked.reported) < 0;
    const elsewhere = others.worstOf(problem);
    if (elsewhere !== undefined && isWorse(elsewhere.severity))
      Object.assign(tracked, { reported: elsewhere.severity, reporter: elsewhere.agent });
    const isNews = isWorse(problem.severity);
    tracked.newsSince = isNews ? (tracked.newsSince ?? now.seconds) : undefined;
    const minSeconds = this.#minSeconds + others.extraSeconds(problem);
    if (tracked.newsSince === undefined || now.seconds - tracked.newsSince < minSeconds) return [];
    const { reported } = tracked;
    tracked.reported = problem.severity;
    tracked.reporter = undefined;
    const consequences = consequencesOf(problem, all);
    return [
      { kind: 'trouble', problem, consequences, ...(reported === undefined ? {} : { severityBefore: reported }) },
    ];
  }

  #messagesWhenOver(id: string, now: CheckTime, others: ReportsByOtherAgents): ReportableProblemChange[] {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return [];
    tracked.overSince ??= now.seconds;
    const absentSeconds = now.seconds - tracked.overSince;
    const { problem, reported, reporter } = tracked;
    if (reported !== undefined && absentSeconds < this.#minSeconds) return [];
    this.#tracked.delete(id);
    const seconds = (now.date.getTime() - problem.since.getTime()) / 1000 - absentSeconds;
    return reported === undefined || (reporter !== undefined && others.isOnline(reporter))
      ? []
      : [{ kind: 'recovery', id, problem, seconds }];
  }
}
