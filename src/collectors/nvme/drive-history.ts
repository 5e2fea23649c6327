import * as z from 'zod/mini';
import { builtAt } from '../../version.ts';
import type { DriveCounts } from './counter-plausibility.ts';

/** Counters as texts: JSON's numbers end at 2^53, and these have 128 bits. */
const counter = z.string().check(z.regex(/^\d{1,39}$/));

/** One look a day at what wears. */
const sampleSchema = z.object({
  at: z.iso.datetime(),
  percentage_used: z.optional(z.number().check(z.minimum(0), z.maximum(255))),
  data_units_written: z.optional(counter),
});
type Sample = z.output<typeof sampleSchema>;

const timeOf = ({ at }: Sample) => Date.parse(at);
const inOrder = (samples: readonly Sample[]) => samples.toSorted((a, b) => timeOf(a) - timeOf(b));

/** A sample that can't be understood costs no other. */
const historySchema = z.object({
  media_errors_acknowledged: z.catch(z.optional(counter), undefined),
  samples: z.pipe(
    z.array(z.unknown()),
    z.transform((all) => inOrder(all.flatMap((one) => sampleSchema.safeParse(one).data ?? []))),
  ),
});

/** What is kept of a drive beyond the process. */
export interface DriveHistory {
  media_errors_acknowledged?: string | undefined;
  /** The oldest first. */
  samples: readonly Sample[];
}

const dayMs = 24 * 3600 * 1000;
/** Days that are all kept; before them at least one a week, for so many weeks. */
const dailySamples = 30;
const weeklySamples = 104;
/** Milliseconds for which the clock has to run evenly before a day is noted, which leaves a machine the time to have it set, and
 * before a day to come is taken for one of a clock that was wrong. */
const clockSettleMs = 10 * 60 * 1000;
const certainty = dayMs;

/** Data units of 1,000 blocks of 512 bytes. */
export const dataUnitsToBytes = (units: bigint): number => Number(units * 512_000n);

/** What a broker kept, or a new beginning where that is nothing or can't be understood. */
export const parseDriveHistory = (content: unknown): DriveHistory =>
  driveHistoryMemory.parse(content) ?? { samples: [] };

const greater = (a: bigint | undefined, b: bigint | undefined) =>
  a === undefined || (b !== undefined && b > a) ? b : a;
const big = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));

/** The days of both, and of the acknowledgements the greater. */
export const driveHistoryMemory = {
  parse: (content: unknown): DriveHistory | undefined => historySchema.safeParse(content).data,
  merge(ours: DriveHistory, theirs: DriveHistory): DriveHistory {
    const days = new Map<string, Sample>();
    for (const sample of inOrder([...ours.samples, ...theirs.samples]))
      days.set(dateOf(sample), { ...sample, ...days.get(dateOf(sample)) });
    const acknowledged = greater(big(ours.media_errors_acknowledged), big(theirs.media_errors_acknowledged));
    return { ...acknowledging(acknowledged), samples: thinOut([...days.values()]) };
  },
};

const dateOf = ({ at }: Sample) => at.slice(0, 10);
const acknowledging = (count: bigint | undefined) =>
  count === undefined ? {} : { media_errors_acknowledged: String(count) };

/** The greatest counts that were seen. */
export function greatestCounts({ media_errors_acknowledged: acknowledged, samples }: DriveHistory): DriveCounts {
  const greatest = (counts: (bigint | undefined)[]) => counts.reduce(greater, undefined);
  const known = {
    mediaErrors: big(acknowledged),
    percentageUsed: greatest(
      samples.map(({ percentage_used: used }) => (used === undefined ? undefined : BigInt(Math.floor(used)))),
    ),
    dataUnitsWritten: greatest(samples.map(({ data_units_written: units }) => big(units))),
  };
  return Object.fromEntries(Object.entries(known).filter(([, count]) => count !== undefined));
}

/** Neither the program's own date nor any day that was noted lies ahead. */
export const isPlausible = ({ samples }: DriveHistory, now: Date): boolean =>
  builtAt <= now && samples.every((sample) => timeOf(sample) <= now.getTime());

const weekOf = (sample: Sample | undefined) => sample && Math.floor(timeOf(sample) / (7 * dayMs));

/** Where there are too many, the oldest goes that is not the first of its week, the newest days aside. By the samples' own times:
 * now may be wrong. */
function thinOut(samples: readonly Sample[]): Sample[] {
  const kept = [...samples];
  while (kept.length > dailySamples + weeklySamples) {
    const spare = kept.slice(0, -dailySamples).findIndex((sample, index) => weekOf(sample) === weekOf(kept[index - 1]));
    kept.splice(Math.max(spare, 0), 1);
  }
  return kept;
}

/** Without what counters that began anew had counted before. */
export function dropResetCounters(
  before: DriveHistory,
  { percentageUsed, dataUnitsWritten, mediaErrors }: DriveCounts,
): DriveHistory {
  const samples = before.samples.filter(
    ({ percentage_used: used, data_units_written: units }) =>
      (used === undefined || percentageUsed === undefined || used <= percentageUsed) &&
      (units === undefined || dataUnitsWritten === undefined || BigInt(units) <= dataUnitsWritten),
  );
  return mediaErrors === undefined && samples.length === before.samples.length
    ? before
    : { ...before, ...acknowledging(mediaErrors), samples };
}

/** The errors that a drive brings along are old ones. */
export const acknowledgeFirstErrors = (before: DriveHistory, { mediaErrors }: DriveCounts): DriveHistory =>
  before.media_errors_acknowledged === undefined && mediaErrors !== undefined
    ? { ...before, ...acknowledging(mediaErrors) }
    : before;

/** The history with today's sample, if it has none yet; the same object if nothing is new. `steady`: milliseconds for which the
 * clock has run evenly. */
export function addDailySample(
  before: DriveHistory,
  now: Date,
  steady: number,
  { percentageUsed, dataUnitsWritten }: DriveCounts,
): DriveHistory {
  const last = before.samples.at(-1);
  if (now < builtAt) return before;
  if (last !== undefined && timeOf(last) > now.getTime())
    return steady < certainty ? before : { ...before, samples: before.samples.slice(0, -1) };
  if (steady < clockSettleMs || (percentageUsed === undefined && dataUnitsWritten === undefined)) return before;
  const today: Sample = {
    at: now.toISOString(),
    ...(percentageUsed === undefined ? {} : { percentage_used: Number(percentageUsed) }),
    ...(dataUnitsWritten === undefined ? {} : { data_units_written: String(dataUnitsWritten) }),
  };
  if (last !== undefined && dateOf(last) === dateOf(today)) return before;
  return { ...before, samples: thinOut([...before.samples, today]) };
}

/** Bytes written a day over the last week; unknown before a whole day has passed. */
export function bytesWrittenPerDay(
  { samples }: DriveHistory,
  now: Date,
  dataUnitsWritten: bigint | undefined,
): number | undefined {
  const first = samples.find(
    (sample) => now.getTime() - timeOf(sample) <= 7 * dayMs && sample.data_units_written !== undefined,
  );
  const before = big(first?.data_units_written);
  if (first === undefined || before === undefined || dataUnitsWritten === undefined) return undefined;
  const elapsed = now.getTime() - timeOf(first);
  return elapsed < dayMs ? undefined : (dataUnitsToBytes(dataUnitsWritten - before) * dayMs) / elapsed;
}

/** Percentage points of wear a month (30 days): the slope of a straight line through the history. Whole percents are coarse:
 * unknown until two of them have gone by, over at least a week. */
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

/** When 100 % will be reached at this pace; unknown where that is past, or too far away to mean something. */
export function estimateWornOutDate(
  now: Date,
  percentageUsed: number | undefined,
  perMonth: number | undefined,
): Date | undefined {
  if (percentageUsed === undefined || perMonth === undefined || percentageUsed >= 100) return undefined;
  const months = (100 - percentageUsed) / perMonth;
  return months > 12 * 30 ? undefined : new Date(now.getTime() + months * 30 * dayMs);
}
