import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { optionalField } from '../../../model/tolerant-schemas.ts';
import { buildDate } from '../../../version.ts';
import {
  type CounterResetEvidenceByName,
  type MonotonicDriveCounters,
  monotonicCounterNames,
} from './counter-plausibility-checker.ts';

/** A count as a string, because it has 128 bits and JSON numbers are exact only up to 2^53. */
const countSchema = z.string().check(z.regex(/^\d{1,39}$/));

/** The counts of one day. */
const sampleSchema = z.object({
  at: z.iso.datetime(),
  percentage_used: z.optional(z.number().check(z.minimum(0), z.maximum(255))),
  data_units_written: z.optional(countSchema),
});
type Sample = z.output<typeof sampleSchema>;

const timeOf = ({ at }: Sample) => Date.parse(at);
const sortByTime = (samples: readonly Sample[]) => samples.toSorted((a, b) => timeOf(a) - timeOf(b));

const durationSchema = z.number().check(z.minimum(0), z.maximum(1e9));
const lowerCountsSchema = z.partialRecord(
  z.enum(monotonicCounterNames),
  z.object({ from: countSchema, count: countSchema, readings: durationSchema, seconds: durationSchema }),
);

/** An invalid sample is dropped and does not affect the others. */
const historySchema = z.object({
  media_errors_acknowledged: optionalField(countSchema),
  lower_counts: optionalField(lowerCountsSchema),
  samples: z.pipe(
    z.array(z.unknown()),
    z.transform((samples) => sortByTime(samples.flatMap((sample) => sampleSchema.safeParse(sample).data ?? []))),
  ),
});

/** The data about a drive that outlives the process. */
export interface DriveHistory {
  media_errors_acknowledged?: string | undefined;
  /** Counters that fell and may have been reset. */
  lower_counts?: z.output<typeof lowerCountsSchema> | undefined;
  /** The oldest first. */
  samples: readonly Sample[];
}

const dayMs = 24 * 3600 * 1000;
/** Samples kept of the last days. */
const dailySamples = 30;
/** Older samples, of which one a week is kept. */
const weeklySamples = 104;
/** How long the clock must run without a jump before a sample is added, so that the machine has time to set it. */
const clockSettleMs = 10 * 60 * 1000;
/** How long the clock must run without a jump before a sample with a later time counts as one from a wrong clock. */
const clockTrustMs = dayMs;

/** A data unit is 1,000 blocks of 512 bytes. */
export const dataUnitsToBytes = (units: bigint): number => Number(units * 512_000n);

/** The stored history; an empty one if the content is missing or invalid. */
export const parseDriveHistoryOrEmpty = (content: unknown): DriveHistory =>
  driveHistoryMemoryFormat.parse(content) ?? { samples: [] };

const maxCount = (a: bigint | undefined, b: bigint | undefined) =>
  a === undefined || (b !== undefined && b > a) ? b : a;
const parseCount = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));

/** A merged history has the days of both, the higher acknowledged count, and the lower counts that this process saw. */
export const driveHistoryMemoryFormat = {
  parse: (content: unknown): DriveHistory | undefined => historySchema.safeParse(content).data,
  merge(ours: DriveHistory, theirs: DriveHistory): DriveHistory {
    const days = new Map<string, Sample>();
    for (const sample of sortByTime([...ours.samples, ...theirs.samples]))
      days.set(dateOf(sample), { ...sample, ...days.get(dateOf(sample)) });
    const acknowledged = maxCount(
      parseCount(ours.media_errors_acknowledged),
      parseCount(theirs.media_errors_acknowledged),
    );
    return {
      ...acknowledgedField(acknowledged),
      ...lowerCountsField({ ...theirs.lower_counts, ...ours.lower_counts }),
      samples: thinOut([...days.values()]),
    };
  },
};

const dateOf = ({ at }: Sample) => at.slice(0, 10);
const acknowledgedField = (count: bigint | undefined) =>
  count === undefined ? {} : { media_errors_acknowledged: String(count) };

const lowerCountsField = (lowerCounts: NonNullable<DriveHistory['lower_counts']>) =>
  Object.keys(lowerCounts).length === 0 ? {} : { lower_counts: lowerCounts };

export const parseCounterResetEvidence = ({
  lower_counts: lowerCounts = {},
}: DriveHistory): CounterResetEvidenceByName =>
  Object.fromEntries(
    Object.entries(lowerCounts).map(([counter, lower]) => [
      counter,
      { ...lower, from: BigInt(lower.from), count: BigInt(lower.count) },
    ]),
  );

/** The history with these lower counts; the same object if nothing changes. */
export function driveHistoryWithResetEvidence(
  before: DriveHistory,
  lowerCounts: CounterResetEvidenceByName,
): DriveHistory {
  if (isDeepStrictEqual(parseCounterResetEvidence(before), lowerCounts)) return before;
  const { lower_counts: _, ...rest } = before;
  const entries = Object.entries(lowerCounts).map(([counter, lower]) => [
    counter,
    { ...lower, from: String(lower.from), count: String(lower.count) },
  ]);
  return { ...rest, ...lowerCountsField(Object.fromEntries(entries)) };
}

/** The highest counts in the history. */
export function greatestStoredCounters({
  media_errors_acknowledged: acknowledged,
  samples,
}: DriveHistory): MonotonicDriveCounters {
  const highest = (counts: (bigint | undefined)[]) => counts.reduce(maxCount, undefined);
  const counts = {
    mediaErrors: parseCount(acknowledged),
    percentageUsed: highest(
      samples.map(({ percentage_used: used }) => (used === undefined ? undefined : BigInt(Math.floor(used)))),
    ),
    dataUnitsWritten: highest(samples.map(({ data_units_written: units }) => parseCount(units))),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}

/** Whether the clock can be right: neither the build date of the program nor any sample is in the future. */
export const isClockPlausible = ({ samples }: DriveHistory, now: Date): boolean =>
  buildDate <= now && samples.every((sample) => timeOf(sample) <= now.getTime());

const weekOf = (sample: Sample | undefined) => sample && Math.floor(timeOf(sample) / (7 * dayMs));

/** If there are too many samples, drops the oldest that is neither the first of its week nor one of the last days. Uses
 * only the times of the samples, because the clock may be wrong. */
function thinOut(samples: readonly Sample[]): Sample[] {
  const remaining = [...samples];
  while (remaining.length > dailySamples + weeklySamples) {
    const redundant = remaining
      .slice(0, -dailySamples)
      .findIndex((sample, index) => weekOf(sample) === weekOf(remaining[index - 1]));
    remaining.splice(Math.max(redundant, 0), 1);
  }
  return remaining;
}

/** Drops the samples from before a reset of their counters. */
export function driveHistorySinceCounterReset(
  before: DriveHistory,
  { percentageUsed, dataUnitsWritten, mediaErrors }: MonotonicDriveCounters,
): DriveHistory {
  const samples = before.samples.filter(
    ({ percentage_used: used, data_units_written: units }) =>
      (used === undefined || percentageUsed === undefined || used <= percentageUsed) &&
      (units === undefined || dataUnitsWritten === undefined || BigInt(units) <= dataUnitsWritten),
  );
  return mediaErrors === undefined && samples.length === before.samples.length
    ? before
    : { ...before, ...acknowledgedField(mediaErrors), samples };
}

/** Media errors that the drive had before it was first read count as acknowledged. */
export const acknowledgeFirstMediaErrors = (
  before: DriveHistory,
  { mediaErrors }: MonotonicDriveCounters,
): DriveHistory =>
  before.media_errors_acknowledged === undefined && mediaErrors !== undefined
    ? { ...before, ...acknowledgedField(mediaErrors) }
    : before;

/** Adds today's sample if there is none yet; returns the same object if nothing changes. `steadyMs`: how long the clock
 * has run without a jump. */
export function addDailyWearSample(
  before: DriveHistory,
  now: Date,
  steadyMs: number,
  { percentageUsed, dataUnitsWritten }: MonotonicDriveCounters,
): DriveHistory {
  const last = before.samples.at(-1);
  if (now < buildDate) return before;
  if (last !== undefined && timeOf(last) > now.getTime())
    return steadyMs < clockTrustMs ? before : { ...before, samples: before.samples.slice(0, -1) };
  if (steadyMs < clockSettleMs || (percentageUsed === undefined && dataUnitsWritten === undefined)) return before;
  const today: Sample = {
    at: now.toISOString(),
    ...(percentageUsed === undefined ? {} : { percentage_used: Number(percentageUsed) }),
    ...(dataUnitsWritten === undefined ? {} : { data_units_written: String(dataUnitsWritten) }),
  };
  if (last !== undefined && dateOf(last) === dateOf(today)) return before;
  return { ...before, samples: thinOut([...before.samples, today]) };
}

/** Mean of the last week; undefined until there is a sample that is a day old. */
export function bytesWrittenPerDay(
  { samples }: DriveHistory,
  now: Date,
  dataUnitsWritten: bigint | undefined,
): number | undefined {
  const first = samples.find(
    (sample) => now.getTime() - timeOf(sample) <= 7 * dayMs && sample.data_units_written !== undefined,
  );
  const unitsBefore = parseCount(first?.data_units_written);
  if (first === undefined || unitsBefore === undefined || dataUnitsWritten === undefined) return undefined;
  const elapsed = now.getTime() - timeOf(first);
  return elapsed < dayMs ? undefined : (dataUnitsToBytes(dataUnitsWritten - unitsBefore) * dayMs) / elapsed;
}

/** Percentage points of wear in 30 days: the slope of a linear regression over the history. Undefined until the
 * percentage, which is a whole number, has risen by 2, over at least a week. */
export function wearPercentPerMonth(
  { samples }: DriveHistory,
  now: Date,
  percentageUsed: number | undefined,
): number | undefined {
  const points = samples.flatMap((sample) =>
    sample.percentage_used === undefined ? [] : [{ x: timeOf(sample) / (30 * dayMs), y: sample.percentage_used }],
  );
  if (percentageUsed === undefined) return undefined;
  points.push({ x: now.getTime() / (30 * dayMs), y: percentageUsed });
  const [first] = points;
  if (first === undefined || percentageUsed - first.y < 2 || now.getTime() / dayMs - first.x * 30 < 7) return undefined;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const slope =
    points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) /
    points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return slope > 0 ? slope : undefined;
}

/** When 100 % will be reached at this rate; undefined if that is past or more than 30 years away. */
export function estimateWornOutDate(
  now: Date,
  percentageUsed: number | undefined,
  perMonth: number | undefined,
): Date | undefined {
  if (percentageUsed === undefined || perMonth === undefined || percentageUsed >= 100) return undefined;
  const months = (100 - percentageUsed) / perMonth;
  return months > 12 * 30 ? undefined : new Date(now.getTime() + months * 30 * dayMs);
}
