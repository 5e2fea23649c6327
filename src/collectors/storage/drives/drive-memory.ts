import * as z from 'zod/mini';
import { type ErrorCountName, type ErrorCounts, errorCountDescriptionOf, errorCountNames } from './error-counts.ts';

const countSchema = z.number().check(z.int(), z.minimum(0), z.maximum(2 ** 53));
const countsSchema = z.partialRecord(z.enum(errorCountNames), countSchema);
const sampleSchema = z.object({ at: z.iso.datetime(), count: countSchema });

const memorySchema = z.object({
  acknowledged: z.catch(countsSchema, {}),
  reallocated: z.catch(z.array(sampleSchema).check(z.maxLength(20)), []),
});

/** What is known of a drive beyond the life of the process. */
export interface DriveMemory {
  /** Errors that the drive had when it was first read, or that the user has acknowledged. */
  acknowledged: ErrorCounts;
  /** Reallocated sectors, once a day, the oldest first. */
  reallocated: readonly { at: string; count: number }[];
}

const dayMs = 24 * 3600 * 1000;
const weekMs = 7 * dayMs;
/** So many more within a week are a drive that is going, not one with a bad spot. */
export const maxReallocatedPerWeek = 10;

export const emptyDriveMemory: DriveMemory = { acknowledged: {}, reallocated: [] };

const isKept = ({ at }: { at: string }, now: number) => Math.abs(now - Date.parse(at)) <= weekMs + dayMs;

/** A merged memory has the higher acknowledged counts and the days of both. */
export const driveMemoryFormat = {
  parse: (content: unknown): DriveMemory | undefined => memorySchema.safeParse(content).data,
  merge(ours: DriveMemory, theirs: DriveMemory): DriveMemory {
    const names = errorCountNames.filter(
      (name) => ours.acknowledged[name] !== undefined || theirs.acknowledged[name] !== undefined,
    );
    const days = new Map(
      [...theirs.reallocated, ...ours.reallocated].map((sample) => [sample.at.slice(0, 10), sample]),
    );
    return {
      acknowledged: Object.fromEntries(
        names.map((name) => [name, Math.max(ours.acknowledged[name] ?? 0, theirs.acknowledged[name] ?? 0)]),
      ),
      reallocated: [...days.values()].sort((a, b) => a.at.localeCompare(b.at)).slice(-9),
    };
  },
};

export const parseDriveMemoryOrEmpty = (content: unknown): DriveMemory =>
  driveMemoryFormat.parse(content) ?? emptyDriveMemory;

/** Acknowledges what the drive has when it is read for the first time; the same object if there is nothing new. */
export function acknowledgeFirstErrorCounts(before: DriveMemory, counts: ErrorCounts): DriveMemory {
  const first = errorCountNames.flatMap((name): [ErrorCountName, number][] => {
    const count = counts[name];
    const isFirst = count !== undefined && before.acknowledged[name] === undefined;
    // Errors that go again are told even if they were there before, until the user acknowledges them.
    return isFirst ? [[name, errorCountDescriptionOf(name).falls ? 0 : count]] : [];
  });
  return first.length === 0
    ? before
    : { ...before, acknowledged: { ...before.acknowledged, ...Object.fromEntries(first) } };
}

/** Sectors that the drive has replaced; SCSI counts them as grown defects. */
export const replacedSectors = ({ reallocated_sectors: sectors, grown_defects: defects }: ErrorCounts) =>
  sectors ?? defects;

/** Acknowledges all errors so far; the week of reallocated sectors begins anew. */
export const acknowledgeAllErrorCounts = (before: DriveMemory, counts: ErrorCounts, now: Date): DriveMemory => ({
  acknowledged: {
    ...before.acknowledged,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)),
  },
  reallocated: beginWeek(before, replacedSectors(counts), now),
});

const beginWeek = ({ reallocated }: DriveMemory, count: number | undefined, now: Date) =>
  count === undefined ? reallocated : [{ at: now.toISOString(), count }];

/** Errors that are not acknowledged: 0 of those that the drive never counted, or no longer counts, undefined of those
 * that it once counted and now does not tell. */
export function newErrorsSinceAcknowledged({ acknowledged }: DriveMemory, counts: ErrorCounts): ErrorCounts {
  const isTold = Object.keys(counts).length > 0;
  return Object.fromEntries(
    errorCountNames.map((name) => {
      const count = counts[name];
      const known = acknowledged[name];
      if (count === undefined) return [name, known === undefined || (isTold && !(name in counts)) ? 0 : undefined];
      return [name, Math.max(0, count - (known ?? 0))];
    }),
  );
}

/** Adds today's reallocated sectors, if there is no sample of today; the same object if there is. */
export function addDailyReallocatedSample(before: DriveMemory, now: Date, count: number | undefined): DriveMemory {
  const at = now.toISOString();
  if (count === undefined || before.reallocated.at(-1)?.at.slice(0, 10) === at.slice(0, 10)) return before;
  return {
    ...before,
    reallocated: [...before.reallocated.filter((sample) => isKept(sample, now.getTime())), { at, count }],
  };
}

/** How many sectors were reallocated in the last week. */
export function sectorsReallocatedInLastWeek(
  { reallocated }: DriveMemory,
  now: Date,
  count: number | undefined,
): number {
  const past = reallocated.filter(
    ({ at }) => now.getTime() - Date.parse(at) <= weekMs && Date.parse(at) <= now.getTime(),
  );
  return count === undefined || past.length === 0 ? 0 : Math.max(0, count - Math.min(...past.map((one) => one.count)));
}

/** Lowers acknowledged counts below which the drive has counted for a day: they were reset, and must not hide the next
 * rise. A shorter time may be one of wrong answers. */
export class AcknowledgedErrorCountLowerer {
  readonly #lowerSince = new Map<ErrorCountName, { at: number; count: number }>();

  /** `nowMs`: a monotonic clock. Returns the same object if nothing was reset. */
  apply(before: DriveMemory, counts: ErrorCounts, nowMs: number): DriveMemory {
    let acknowledged = before.acknowledged;
    for (const name of errorCountNames) {
      const count = counts[name];
      const known = acknowledged[name];
      if (count === undefined || known === undefined) continue;
      if (count >= known) {
        this.#lowerSince.delete(name);
        continue;
      }
      const lower = this.#lowerSince.get(name) ?? { at: nowMs, count };
      this.#lowerSince.set(name, lower);
      if (nowMs - lower.at >= dayMs || errorCountDescriptionOf(name).falls)
        acknowledged = { ...acknowledged, [name]: Math.min(lower.count, count) };
    }
    return acknowledged === before.acknowledged ? before : { ...before, acknowledged };
  }
}
