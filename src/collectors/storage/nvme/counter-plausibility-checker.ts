import type { HealthLog } from './reading.ts';

/** Counters that never decrease during the life of a drive. */
export const monotonicCounterNames = [
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
type Counter = (typeof monotonicCounterNames)[number];
export type MonotonicDriveCounters = Partial<Record<Counter, bigint>>;

/** A counter that fell below an earlier count, and how long the lower counts have lasted. */
export interface CounterResetEvidence {
  /** The first lower count since the last start, and the latest. */
  from: bigint;
  count: bigint;
  readings: number;
  /** Time between these readings, without the time in which the agent did not run. */
  seconds: number;
}
export type CounterResetEvidenceByName = Partial<Record<Counter, CounterResetEvidence>>;

/** A lower count is accepted as a reset of the counter after this time and so many readings. Until then it may be one
 * of the wrong answers that drives give for a while after a resume or a reset. */
const resetConfirmSeconds = 24 * 3600;
const resetConfirmReadings = 60;
/** A count is trusted over a lower one only after this many readings agree on it; until then the higher one may be
 * wrong. */
const agreeingReadings = 10;
/** A longer interval between two readings counts as this much: the machine may have slept. */
const maxIntervalSeconds = 3600;
/** Steps in which the duration of lower counts is reported, because each one is published. */
const reportStepSeconds = 600;

const isConfirmed = ({ readings, seconds }: CounterResetEvidence) =>
  readings >= resetConfirmReadings && seconds >= resetConfirmSeconds;

/** Differences that rounding in the drive explains. */
const roundingTolerance: Partial<Record<Counter, bigint>> = { percentageUsed: 1n };

function countsOf(log: HealthLog): MonotonicDriveCounters {
  const counts = monotonicCounterNames.map((counter) => [counter, log[counter]] as const);
  return Object.fromEntries(
    counts.flatMap(([counter, count]) => (count === undefined ? [] : [[counter, BigInt(count)]])),
  );
}

/** All counts are 0, which is wrong: a drive that answers has been switched on at least once. */
const isBlank = (counts: MonotonicDriveCounters) => Object.values(counts).every((count) => count === 0n);

export interface HealthLogPlausibilityResult {
  /** The log to publish, without implausible counts. */
  log: HealthLog;
  /** The log to judge the drive by: earlier plausible counts replace implausible ones. */
  judged: HealthLog;
  /** Counts that may be stored: of each plausible counter, the count that the last readings (at least two) agree on. */
  confirmed: MonotonicDriveCounters;
  /** Counters that were reset, with the count that they restarted at; older counts no longer apply. */
  restartedAt: MonotonicDriveCounters;
  /** Lower counts to store, so that they are confirmed across restarts of the agent. The same object until it is worth
   * storing. */
  lowerCounts: CounterResetEvidenceByName;
}

/** Checks the counters of one drive. A single reading never overrides all earlier ones. */
export class CounterPlausibilityChecker {
  readonly #confirmed: MonotonicDriveCounters = {};
  /** The last plausible counts, the newest last. */
  readonly #window: Partial<Record<Counter, readonly bigint[]>> = {};
  /** Counters that fell, and those that were reset before. `readingsHere`: by this process. */
  readonly #lower = new Map<Counter, CounterResetEvidence & { readingsHere: number }>();
  #reported: { lowerCounts: CounterResetEvidenceByName; key: string | undefined } = { lowerCounts: {}, key: undefined };
  #hasAdopted = false;
  #readAt: number | undefined;
  #judged: HealthLog | undefined;
  #previous: { log: HealthLog; result: HealthLogPlausibilityResult } | undefined;

  /** `stored`: the drive's counts in memory; `lowerCounts` too, undefined until the memory is loaded. `nowMs`: a
   * monotonic clock. The same log object again, from a drive that is slow to answer, is not another reading. */
  check(
    log: HealthLog,
    stored: MonotonicDriveCounters,
    lowerCounts: CounterResetEvidenceByName | undefined,
    nowMs: number,
  ): HealthLogPlausibilityResult {
    this.#adopt(lowerCounts);
    if (this.#previous?.log !== log) this.#previous = { log, result: this.#checkNew(log, stored, nowMs) };
    return this.#previous.result;
  }

  /** Takes over the lower counts of an earlier process, once. */
  #adopt(lowerCounts: CounterResetEvidenceByName | undefined): void {
    if (lowerCounts === undefined || this.#hasAdopted) return;
    this.#hasAdopted = true;
    for (const counter of monotonicCounterNames) {
      const lower = lowerCounts[counter];
      if (lower !== undefined) this.#lower.set(counter, { ...lower, readingsHere: 0 });
    }
  }

  #checkNew(log: HealthLog, stored: MonotonicDriveCounters, nowMs: number): HealthLogPlausibilityResult {
    const counts = countsOf(log);
    const seconds = Math.min(maxIntervalSeconds, Math.max(0, (nowMs - (this.#readAt ?? nowMs)) / 1000));
    this.#readAt = nowMs;
    const fallen = monotonicCounterNames.filter((counter) =>
      this.#hasFallen(counter, counts[counter], stored[counter]),
    );
    for (const [counter, lower] of this.#lower) {
      const count = counts[counter];
      if (count === undefined || fallen.includes(counter)) continue;
      if (isConfirmed(lower)) this.#lower.set(counter, { ...lower, count, readingsHere: lower.readingsHere + 1 });
      else this.#lower.delete(counter);
    }
    const newMediaErrors = fallen.includes('mediaErrors') ? this.#riseOfLower('mediaErrors', counts.mediaErrors) : 0n;
    const withNewErrors = (judged: HealthLog): HealthLog =>
      newMediaErrors === 0n
        ? judged
        : { ...judged, mediaErrors: (judged.mediaErrors ?? stored.mediaErrors ?? 0n) + newMediaErrors };
    const restartedAt: MonotonicDriveCounters = {};
    for (const counter of isBlank(counts) ? [] : fallen) {
      const start = this.#confirmedRestart(counter, counts[counter] ?? 0n, seconds);
      if (start === undefined) continue;
      restartedAt[counter] = start;
      this.#confirmed[counter] = start;
      delete this.#window[counter];
    }
    const implausible = fallen.filter((counter) => restartedAt[counter] === undefined);
    // If several counters fall together, only the temperatures and any additional warnings of this log are used.
    if (implausible.length > 1) {
      const { temperature, sensors } = log;
      const warnings = [log.criticalWarning, this.#judged?.criticalWarning].filter((bits) => bits !== undefined);
      const criticalWarning = warnings.length === 0 ? undefined : warnings.reduce((all, bits) => all | bits);
      const published = { criticalWarning, temperature, sensors };
      return {
        log: published,
        judged: withNewErrors({ ...(this.#judged ?? published), criticalWarning }),
        confirmed: {},
        restartedAt,
        lowerCounts: this.#reportLower(),
      };
    }
    for (const counter of implausible) delete counts[counter];
    const published = { ...log, ...Object.fromEntries(implausible.map((counter) => [counter, undefined])) };
    const earlier = Object.fromEntries(implausible.map((counter) => [counter, this.#judged?.[counter]]));
    this.#judged = { ...published, ...earlier };
    return {
      log: published,
      judged: withNewErrors(this.#judged),
      confirmed: this.#confirm(counts),
      restartedAt,
      lowerCounts: this.#reportLower(),
    };
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

  /** The count that a counter restarted at, once enough time and readings confirm the restart. A counter that falls
   * again while the agent does not run, as in a virtual drive that begins anew with its machine, needs no new
   * confirmation. */
  #confirmedRestart(counter: Counter, count: bigint, seconds: number): bigint | undefined {
    const previous = this.#lower.get(counter);
    const hasRisen = previous !== undefined && previous.count <= count;
    const continues = hasRisen || previous?.readingsHere === 0;
    const before = continues && previous ? previous : { from: count, readings: 0, seconds: -seconds, readingsHere: 0 };
    const lower = {
      from: hasRisen ? previous.from : count,
      count,
      readings: before.readings + 1,
      seconds: before.seconds + seconds,
      readingsHere: before.readingsHere + 1,
    };
    this.#lower.set(counter, lower);
    return isConfirmed(lower) && lower.readingsHere >= agreeingReadings ? lower.from : undefined;
  }

  /** By how much a lower count has risen, as the last two readings agree. */
  #riseOfLower(counter: Counter, count = 0n): bigint {
    const previous = this.#lower.get(counter);
    return previous === undefined || previous.count > count ? 0n : previous.count - previous.from;
  }

  #reportLower(): CounterResetEvidenceByName {
    const key = [...this.#lower]
      .map(([counter, { from, seconds }]) => `${counter} ${from} ${Math.floor(seconds / reportStepSeconds)}`)
      .join();
    if (key !== this.#reported.key)
      this.#reported = {
        key,
        lowerCounts: Object.fromEntries(
          [...this.#lower].map(([counter, { readingsHere: _, ...lower }]) => [counter, lower]),
        ),
      };
    return this.#reported.lowerCounts;
  }

  /** A higher count is published at once, but confirmed only when further readings agree. */
  #confirm(counts: MonotonicDriveCounters): MonotonicDriveCounters {
    const confirmed: MonotonicDriveCounters = {};
    for (const counter of monotonicCounterNames) {
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
