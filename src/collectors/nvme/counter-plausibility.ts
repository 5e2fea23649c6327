import type { HealthLog } from './reading.ts';

/** What only grows while the drive is the same. */
const growing = [
  'percentageUsed',
  'dataUnitsRead',
  'dataUnitsWritten',
  'hostReads',
  'hostWrites',
  'busyTime',
  'powerCycles',
  'powerOnHours',
  'unsafeShutdowns',
  'mediaErrors',
  'errorLogEntries',
  'warningTime',
  'criticalTime',
] as const;
type Counter = (typeof growing)[number];
export type DriveCounts = Partial<Record<Counter, bigint>>;

/** Readings for which a lower count has to stand until it is taken for another life of the drive: a day at the default schedule.
 * Drives answer nonsense after a resume or a reset, for as long as it takes them. */
const resetConfirmReadings = 1440;
/** Readings that have to agree on a count before a lower one is held against it; until then the higher one may be the odd one. */
const agreeingReadings = 10;

/** Whole percents that a drive may waver by when it rounds. */
const wavering: Partial<Record<Counter, bigint>> = { percentageUsed: 1n };

function countsOf(log: HealthLog): DriveCounts {
  const shown = growing.map((counter) => [counter, log[counter]] as const);
  return Object.fromEntries(
    shown.flatMap(([counter, count]) => (count === undefined ? [] : [[counter, BigInt(count)]])),
  );
}

/** A drive that answers has been switched on at least once. */
const isBlank = (counts: DriveCounts) => Object.values(counts).every((count) => count === 0n);

/** What is made of a health log. */
export interface CheckedHealthLog {
  /** As it may be told: without the counts that are in doubt. */
  log: HealthLog;
  /** What the drive is judged by meanwhile: what was believed before stands in for what is in doubt. */
  judged: HealthLog;
  /** What may be kept: of each counter that the log has and that is not in doubt, what the last readings agree on, at least two. */
  firm: DriveCounts;
  /** Where counters began anew, by lower counts that have stood long enough: what was known of them is of another life. */
  anew: DriveCounts;
}

/** What one drive is believed to have counted. A single reading never counts against all before it. */
export class CounterPlausibility {
  readonly #firm: DriveCounts = {};
  /** The last counts that were not in doubt, the newest last. */
  readonly #window: Partial<Record<Counter, readonly bigint[]>> = {};
  /** Counts that fell: from where they count now, how far they are, and for how many readings they have stood. */
  readonly #lower = new Map<Counter, { from: bigint; count: bigint; readings: number }>();
  #log: HealthLog | undefined;
  #before: { log: HealthLog; seen: CheckedHealthLog } | undefined;

  /** `known`: what is remembered of the drive. The same log once more, while the drive is slow to answer, is no further reading. */
  see(log: HealthLog, known: DriveCounts): CheckedHealthLog {
    if (this.#before?.log !== log) this.#before = { log, seen: this.#judge(log, known) };
    return this.#before.seen;
  }

  #judge(log: HealthLog, known: DriveCounts): CheckedHealthLog {
    const counts = countsOf(log);
    const fallen = growing.filter((counter) => this.#hasFallen(counter, counts[counter], known[counter]));
    for (const counter of this.#lower.keys()) if (!fallen.includes(counter)) this.#lower.delete(counter);
    const anew: DriveCounts = {};
    for (const counter of isBlank(counts) ? [] : fallen) {
      const from = this.#standsFrom(counter, counts[counter] ?? 0n);
      if (from === undefined) continue;
      anew[counter] = from;
      this.#firm[counter] = from;
      delete this.#window[counter];
    }
    const doubtful = fallen.filter((counter) => anew[counter] === undefined);
    // Several that fall together: nothing of this log is worth anything but its temperatures, and warnings that it adds.
    if (doubtful.length > 1) {
      const { temperature, sensors } = log;
      const criticalWarning = log.criticalWarning | (this.#log?.criticalWarning ?? 0);
      const shown = { criticalWarning, temperature, sensors };
      return { log: shown, judged: { ...(this.#log ?? shown), criticalWarning }, firm: {}, anew };
    }
    for (const counter of doubtful) delete counts[counter];
    const shown = { ...log, ...Object.fromEntries(doubtful.map((counter) => [counter, undefined])) };
    const judged = { ...shown, ...Object.fromEntries(doubtful.map((counter) => [counter, this.#log?.[counter]])) };
    this.#log = judged;
    return { log: shown, judged, firm: this.#settle(counts), anew };
  }

  #hasFallen(counter: Counter, count: bigint | undefined, known = 0n): boolean {
    const before = [known, this.#firm[counter] ?? 0n, this.#agreed(counter) ?? 0n];
    return count !== undefined && before.some((one) => count + (wavering[counter] ?? 0n) < one);
  }

  #agreed(counter: Counter): bigint | undefined {
    const [first, ...others] = this.#window[counter] ?? [];
    return first === undefined || others.length === 0
      ? undefined
      : others.reduce((least, count) => (count < least ? count : least), first);
  }

  /** Where the lower count began, once it has stood for long enough. */
  #standsFrom(counter: Counter, count: bigint): bigint | undefined {
    const before = this.#lower.get(counter);
    const { from, readings } = before !== undefined && before.count <= count ? before : { from: count, readings: 0 };
    this.#lower.set(counter, { from, count, readings: readings + 1 });
    return readings + 1 < resetConfirmReadings ? undefined : from;
  }

  /** A count that rose is told at once, and believed when further readings agree. */
  #settle(counts: DriveCounts): DriveCounts {
    const firm: DriveCounts = {};
    for (const counter of growing) {
      const count = counts[counter];
      if (count === undefined) continue;
      const window = [...(this.#window[counter] ?? []), count].slice(-agreeingReadings);
      this.#window[counter] = window;
      const agreed = this.#agreed(counter);
      if (agreed === undefined) continue;
      firm[counter] = agreed;
      if (window.length === agreeingReadings && agreed > (this.#firm[counter] ?? 0n)) this.#firm[counter] = agreed;
    }
    return firm;
  }
}
