import {
  compareSeverities,
  complaintProblemKey,
  type EarlierAnnouncedDevice,
  type LastingFinding,
  type LastingFindings,
  missingProblemKey,
  type RestoredProblem,
  type ToldProblemForEndReport,
  unreadableProblemKey,
} from '../model/problem.ts';
import type { CollectorState, StateEntry } from '../model/state.ts';

/** Whether an entry still has the problem. */
const isOngoing = ({ findings, error, missingSince }: StateEntry, key: string) =>
  findings.has(key) ||
  (key === missingProblemKey && missingSince !== undefined) ||
  (key === unreadableProblemKey && error !== undefined && missingSince === undefined);

const idOf = ({ path, finding }: RestoredProblem) => `${path}/${finding.key}`;

/** Problems of earlier processes, until it is known whether they are over: since when each has lasted, and whether it
 * was told. */
export class EarlierProblemMemory {
  readonly restored = new Map<string, RestoredProblem>();
  readonly told = new Map<string, ToldProblemForEndReport>();
  readonly announced = new Map<string, EarlierAnnouncedDevice & { since: Date }>();
  /** Problems whose end was told: a broker that was out of reach still tells of them. */
  readonly #ended = new Set<string>();

  /** Takes over what the broker has retained. A beginning in the future is the clock's fault: the problem began no
   * later than now. */
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

  /** Takes over which devices the broker has announcements of: what is not there now has vanished meanwhile. */
  restoreAnnounced(devices: readonly EarlierAnnouncedDevice[], now: Date): void {
    for (const device of devices)
      if (!this.announced.has(device.path)) this.announced.set(device.path, { ...device, since: now });
  }

  markTold(id: string, problem: ToldProblemForEndReport): void {
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
      const { key } = problem.finding;
      // These are said by the entry itself.
      if (problem.path !== path || key === unreadableProblemKey || key === missingProblemKey) continue;
      findings.set(key, earlierOf(findings.get(key), problem.finding));
    }
    return findings;
  }

  /** Drops the restored problems of a collector that its last reading, which was successful, has shown to be over. */
  dropEnded({ id: collector, entries, complaints }: Pick<CollectorState, 'id' | 'entries' | 'complaints'>): void {
    const complaintKeys = complaints.map(({ key }) => complaintProblemKey(key));
    for (const [id, { path, finding }] of this.restored) {
      if (path === collector && !complaintKeys.includes(finding.key)) this.restored.delete(id);
      if (!path.startsWith(`${collector}/`)) continue;
      const entry = entries.get(path.slice(collector.length + 1));
      if (entry !== undefined && !isOngoing(entry, finding.key)) this.restored.delete(id);
    }
  }

  /** Drops what is known of a device that the user has removed, and of its parts. */
  forgetDevice(collector: string, device: string): void {
    const path = `${collector}/${device}`;
    this.announced.delete(path);
    for (const [id, problem] of this.restored)
      if (problem.path === path || problem.path.startsWith(`${path}/`)) this.restored.delete(id);
  }
}

/** A finding with the beginning that it had in an earlier process, and the text, if that is in the same language. */
function earlierOf(own: LastingFinding | undefined, restored: LastingFinding): LastingFinding {
  if (own === undefined) return { ...restored, isCertain: false };
  const isSame = own.severity === restored.severity && own.step === restored.step && own.language === restored.language;
  return {
    ...own,
    ...(isSame ? { text: restored.text } : {}),
    since: restored.since < own.since ? restored.since : own.since,
  };
}
