import type { ReportedAgent, ReportedProblem } from '../model/agent-directory.ts';
import { compareSeverities, type Problem, type Severity } from '../model/problem.ts';
import { isReportableProblem } from '../views/problems.ts';

/** Seconds after which an agent no longer waits for another one that sees the same fault. */
const turnSeconds = 15;
/** Turns that an agent waits at most: nobody delays a report for long by more and more agents. */
const maxTurns = 8;

type SeenProblem = Pick<Problem, 'cause' | 'isSeenByOthers'>;

/** What another agent has reported. */
export interface ReportByOtherAgent {
  /** Id of the agent. */
  agent: string;
  severity: Severity;
}

/** What other agents report, so that a fault that several see is reported once. Only what they can see is left to them:
 * none of them silences this agent about its own machine. */
export class ReportsByOtherAgents {
  readonly #others: readonly ReportedAgent[];
  readonly #self: string;

  /** `agents`: those of the lab. `self`: the id of the agent that reports. */
  constructor(agents: readonly ReportedAgent[], self: string) {
    this.#others = agents.filter(({ id, isOnline }) => id !== self && isOnline);
    this.#self = self;
  }

  isOnline(agent: string): boolean {
    return this.#others.some(({ id }) => id === agent);
  }

  /** The worst report of the same fault; undefined if no agent that is online has reported it. */
  worstOf(problem: SeenProblem): ReportByOtherAgent | undefined {
    return this.#seenBy(problem)
      .flatMap(({ agent, problem: { toldSeverity: severity } }) =>
        severity === undefined ? [] : [{ agent, severity }],
      )
      .sort((a, b) => compareSeverities(a.severity, b.severity))[0];
  }

  /** How much longer than alone the agent waits before it reports a fault: those that see it too take turns, in the
   * order of their ids. Not all of them report, and not all know of the others: those do not wait. */
  extraSeconds(problem: SeenProblem): number {
    const seers = this.#seenBy(problem).filter(({ problem }) => isReportableProblem(problem));
    if (seers.length === 0) return 0;
    return turnSeconds * Math.min(maxTurns, 1 + seers.filter(({ agent }) => agent < this.#self).length);
  }

  #seenBy({ cause, isSeenByOthers }: SeenProblem): { agent: string; problem: ReportedProblem }[] {
    if (!isSeenByOthers) return [];
    return this.#others.flatMap(({ id, problems }) =>
      (problems?.list ?? []).filter((problem) => problem.cause === cause).map((problem) => ({ agent: id, problem })),
    );
  }
}
