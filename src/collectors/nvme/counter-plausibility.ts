import type { HealthLog } from './reading.ts';

/** Counters that never decrease during the life of a drive. */
const monotonicCounters = [
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
type Counter = (typeof monotonicCounters)[number];
export type DriveCounts = Partial<Record<Counter, bigint>>;

/** A lower count is accepted as a reset of the counter after this many readings: a day with the default schedule. Until
 * then it may be one of the wrong answers that drives give for a while after a resume or a reset. */
const resetConfirmReadings = 1440;
/** A count is trusted over a lower one only after this many readings agree on it; until then the higher one may be
 * wrong. */
const agreeingReadings = 10;

/** Differences that rounding in the drive explains. */
const roundingTolerance: Partial<Record<Counter, bigint>> = { percentageUsed: 1n };

function countsOf(log: HealthLog): DriveCounts {
  const counts = monotonicCounters.map((counter) => [counter, log[counter]] as const);
  return Object.fromEntries(
    counts.flatMap(([counter, count]) => (count === undefined ? [] : [[counter, BigInt(count)]])),
  );
}

/** All counts are 0, which is wrong: a drive that answers has been switched on at least once. */
const isBlank = (counts: DriveCounts) => Object.values(counts).every((count) => count === 0n);

export interface CheckedHealthLog {
  /** The log to publish, without implausible counts. */
  log: HealthLog;
  /** The log to judge the drive by: earlier plausible counts replace implausible ones. */
  judged: HealthLog;
  /** Counts that may be stored: of each plausible counter, the count that the last readings (at least two) agree on. */
  confirmed: DriveCounts;
  /** Counters that were reset, with the count that they restarted at; older counts no longer apply. */
  restartedAt: DriveCounts;
}

/** Checks the counters of one drive. A single reading never overrides all earlier ones. */
export class CounterPlausibility {
  readonly #confirmed: DriveCounts = {};
  /** The last plausible counts, the newest last. */
  readonly #window: Partial<Record<Counter, readonly bigint[]>> = {};
  /** Counters that fell: the first and latest lower count, and the number of readings since. */
  readonly #fallen = new Map<Counter, { from: bigint; count: bigint; readings: number }>();
  #judged: HealthLog | undefined;
  #previous: { log: HealthLog; result: CheckedHealthLog } | undefined;

  /** `stored`: the drive's counts in memory. The same log object again, from a drive that is slow to answer, is not
   * another reading. */
  check(log: HealthLog, stored: DriveCounts): CheckedHealthLog {
    if (this.#previous?.log !== log) this.#previous = { log, result: this.#checkNew(log, stored) };
    return this.#previous.result;
  }

  #checkNew(log: HealthLog, stored: DriveCounts): CheckedHealthLog {
    const counts = countsOf(log);
    const fallen = monotonicCounters.filter((counter) => this.#hasFallen(counter, counts[counter], stored[counter]));
    for (const counter of this.#fallen.keys()) if (!fallen.includes(counter)) this.#fallen.delete(counter);
    const restartedAt: DriveCounts = {};
    for (const counter of isBlank(counts) ? [] : fallen) {
      const start = this.#confirmedRestart(counter, counts[counter] ?? 0n);
      if (start === undefined) continue;
      restartedAt[counter] = start;
      this.#confirmed[counter] = start;
      delete this.#window[counter];
    }
    const implausible = fallen.filter((counter) => restartedAt[counter] === undefined);
    // If several counters fall together, only the temperatures and any additional warnings of this log are used.
    if (implausible.length > 1) {
      const { temperature, sensors } = log;
      const criticalWarning = log.criticalWarning | (this.#judged?.criticalWarning ?? 0);
      const published = { criticalWarning, temperature, sensors };
      return {
        log: published,
        judged: { ...(this.#judged ?? published), criticalWarning },
        confirmed: {},
        restartedAt,
      };
    }
    for (const counter of implausible) delete counts[counter];
    const published = { ...log, ...Object.fromEntries(implausible.map((counter) => [counter, undefined])) };
    const earlier = Object.fromEntries(implausible.map((counter) => [counter, this.#judged?.[counter]]));
    this.#judged = { ...published, ...earlier };
    return { log: published, judged: this.#judged, confirmed: this.#confirm(counts), restartedAt };
  }

  #hasFallen(counter: Counter, count: bigint | undefined, stored = 0n): boolean {
    const earlierCounts = [stored, this.#confirmed[counter] ?? 0n, this.#agreedCount(counter) ?? 0n];
    return count !== undefined && earlierCounts.some((earlier) => count + (roundingTolerance[counter] ?? 0n) < earlier);
  }

  /** The lowest of the last counts; undefined with fewer than two. */
  #agreedCount(counter: Counter): bigint | undefined {
    const [first, ...rest] = this.#window[counter] ?? [];
    return first === undefined || rest.length === 0
      ? undefined
      : rest.reduce((lowest, count) => (count < lowest ? count : lowest), first);
  }

  /** The count that a counter restarted at, once enough readings confirm the restart. */
  #confirmedRestart(counter: Counter, count: bigint): bigint | undefined {
    const previous = this.#fallen.get(counter);
    const { from, readings } =
      previous !== undefined && previous.count <= count ? previous : { from: count, readings: 0 };
    this.#fallen.set(counter, { from, count, readings: readings + 1 });
    return readings + 1 < resetConfirmReadings ? undefined : from;
  }

  /** A higher count is published at once, but confirmed only when further readings agree. */
  #confirm(counts: DriveCounts): DriveCounts {
    const confirmed: DriveCounts = {};
    for (const counter of monotonicCounters) {
      const count = counts[counter];
      if (count === undefined) continue;
      const window = [...(this.#window[counter] ?? []), count].slice(-agreeingReadings);
      this.#window[counter] = window;
      const agreed = this.#agreedCount(counter);
      if (agreed === undefined) continue;
      confirmed[counter] = agreed;
      if (window.length === agreeingReadings && agreed > (this.#confirmed[counter] ?? 0n))
        this.#confirmed[counter] = agreed;
    }
    return confirmed;
  }
}
