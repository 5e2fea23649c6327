import {
  compareSeverities,
  type LastingFinding,
  type LastingFindings,
  missingProblemKey,
  type RestoredProblem,
  type ToldProblem,
  unreadableProblemKey,
} from '../model/problem.ts';
import type { StateEntry } from '../model/state.ts';

/** Whether an entry still has the problem. */
const isOngoing = ({ findings, error, isMissing }: StateEntry, key: string) =>
  findings.has(key) ||
  (key === missingProblemKey && isMissing) ||
  (key === unreadableProblemKey && error !== undefined && !isMissing);

const idOf = ({ path, finding }: RestoredProblem) => `${path}/${finding.key}`;

/** Problems of earlier processes, until it is known whether they are over: since when each has lasted, and whether it was told. */
export class ProblemMemory {
  readonly restored = new Map<string, RestoredProblem>();
  readonly told = new Map<string, ToldProblem>();
  /** Problems whose end was told: a broker that was out of reach still tells of them. */
  readonly #ended = new Set<string>();

  /** Takes over what the broker has retained. A beginning in the future is the clock's fault: the problem began no later than now. */
  restore(problems: readonly RestoredProblem[], now: Date): void {
    for (const problem of problems) {
      const id = idOf(problem);
      const since = new Date(Math.min(problem.finding.since.getTime(), now.getTime()));
      if (!problem.isOver) this.restored.set(id, { ...problem, finding: { ...problem.finding, since } });
      const { path, subject, serialNumber, finding, toldSeverity } = problem;
      if (toldSeverity === undefined || this.#ended.has(id)) continue;
      const known = this.told.get(id);
      if (known !== undefined && compareSeverities(known.severity, toldSeverity) <= 0) continue;
      const told = { path, subject, severity: toldSeverity, text: finding.text, since };
      this.told.set(id, serialNumber === undefined ? told : { ...told, serialNumber });
    }
  }

  markTold(id: string, problem: ToldProblem): void {
    this.told.set(id, problem);
    this.#ended.delete(id);
  }

  /** The end of a problem was told. */
  markUntold(id: string): void {
    this.told.delete(id);
    this.#ended.add(id);
  }

  /** What was wrong with an entry until now: in this process, or in an earlier one. */
  findingsBefore(path: string, own: LastingFindings = new Map()): LastingFindings {
    const findings = new Map(own);
    for (const problem of this.restored.values()) {
      if (problem.path !== path) continue;
      const { key } = problem.finding;
      findings.set(key, earlierOf(findings.get(key), problem.finding));
    }
    return findings;
  }

  /** Drops the restored problems of a collector that its last reading has shown to be over. */
  dropEnded(collector: string, entries: ReadonlyMap<string, StateEntry>): void {
    for (const [id, { path, finding }] of this.restored) {
      if (path === collector) this.restored.delete(id);
      if (!path.startsWith(`${collector}/`)) continue;
      const entry = entries.get(path.slice(collector.length + 1));
      if (entry !== undefined && !isOngoing(entry, finding.key)) this.restored.delete(id);
    }
  }

  /** Drops what is known of a device that the user has removed, and of its parts. */
  forgetDevice(collector: string, device: string): void {
    const path = `${collector}/${device}`;
    for (const [id, problem] of this.restored)
      if (problem.path === path || problem.path.startsWith(`${path}/`)) this.restored.delete(id);
  }
}

/** A finding with the beginning and the text that it had in an earlier process. */
function earlierOf(own: LastingFinding | undefined, restored: LastingFinding): LastingFinding {
  if (own === undefined) return { ...restored, isCertain: false };
  const isSame = own.severity === restored.severity && own.step === restored.step;
  return {
    ...own,
    ...(isSame ? { text: restored.text } : {}),
    since: restored.since < own.since ? restored.since : own.since,
  };
}
