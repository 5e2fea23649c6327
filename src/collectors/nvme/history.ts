import * as z from 'zod/mini';

/** One look a day at what wears. */
const sample = z.object({
  at: z.iso.datetime(),
  percentage_used: z.optional(z.number()),
  /** Counters as texts: JSON's numbers end at 2^53. */
  data_units_written: z.optional(z.string().check(z.regex(/^\d+$/))),
});
type Sample = z.output<typeof sample>;

const history = z.object({
  media_errors_acknowledged: z.optional(z.string().check(z.regex(/^\d+$/))),
  samples: z.array(sample),
});

/** What is kept of a drive beyond the process. */
export type History = z.output<typeof history>;

const day = 24 * 3600 * 1000;
/** Days kept one by one; before them one a week is kept, for so many weeks. */
const daily = 30;
const weekly = 104;

/** Data units of 1,000 blocks of 512 bytes. */
export const bytesOf = (units: bigint): number => Number(units * 512_000n);

/** What the broker kept, or a new beginning where that is nothing or can't be understood. */
export function parseHistory(content: unknown): History {
  const parsed = history.safeParse(content);
  return parsed.success ? parsed.data : { samples: [] };
}

const timeOf = ({ at }: Sample) => Date.parse(at);
const unitsOf = ({ data_units_written: units }: Sample) => (units === undefined ? undefined : BigInt(units));

export interface Wear {
  percentageUsed?: number | undefined;
  dataUnitsWritten?: bigint | undefined;
}

/** A counter that fell belongs to another life of the drive; a time to come, to a clock that was wrong. */
const stillTrue = (samples: readonly Sample[], now: Date, { percentageUsed, dataUnitsWritten }: Wear) =>
  samples.filter(
    (sample) =>
      timeOf(sample) <= now.getTime() &&
      (sample.percentage_used === undefined || percentageUsed === undefined || sample.percentage_used <= percentageUsed) &&
      (sample.data_units_written === undefined || dataUnitsWritten === undefined || BigInt(sample.data_units_written) <= dataUnitsWritten),
  );

/** The newest days, and of those before one in each week. */
function bounded(samples: readonly Sample[], now: Date): Sample[] {
  const weeks = new Set<number>();
  const kept = samples.filter((sample) => {
    if (now.getTime() - timeOf(sample) <= daily * day) return true;
    const week = Math.floor(timeOf(sample) / (7 * day));
    if (weeks.has(week)) return false;
    weeks.add(week);
    return true;
  });
  return kept.slice(-(daily + weekly));
}

/** The history with today's sample, if it has none yet; the same object if nothing is new. */
export function withSample(before: History, now: Date, wear: Wear): History {
  const samples = stillTrue(before.samples, now, wear);
  const last = samples.at(-1);
  const unchanged = samples.length === before.samples.length;
  if (last !== undefined && last.at.slice(0, 10) === now.toISOString().slice(0, 10)) return unchanged ? before : { ...before, samples };
  const today: Sample = {
    at: now.toISOString(),
    ...(wear.percentageUsed === undefined ? {} : { percentage_used: wear.percentageUsed }),
    ...(wear.dataUnitsWritten === undefined ? {} : { data_units_written: String(wear.dataUnitsWritten) }),
  };
  return { ...before, samples: bounded([...samples, today], now) };
}

/** Bytes written a day over the last week; unknown before a whole day has passed. */
export function writtenPerDay({ samples }: History, now: Date, dataUnitsWritten: bigint | undefined): number | undefined {
  const week = samples.filter((sample) => now.getTime() - timeOf(sample) <= 7 * day && sample.data_units_written !== undefined);
  const first = week[0];
  const before = first === undefined ? undefined : unitsOf(first);
  if (first === undefined || before === undefined || dataUnitsWritten === undefined) return undefined;
  const elapsed = now.getTime() - timeOf(first);
  return elapsed < day ? undefined : (bytesOf(dataUnitsWritten - before) * day) / elapsed;
}

/** Percentage points of wear a month (30 days): the slope of a straight line through the history. Whole percents are coarse:
 * unknown until two of them have gone by, over at least a week. */
export function wearPerMonth({ samples }: History, now: Date, percentageUsed: number | undefined): number | undefined {
  const points = samples.flatMap((sample) => (sample.percentage_used === undefined ? [] : [{ x: timeOf(sample) / (30 * day), y: sample.percentage_used }]));
  if (percentageUsed === undefined) return undefined;
  points.push({ x: now.getTime() / (30 * day), y: percentageUsed });
  const [first] = points;
  if (first === undefined || percentageUsed - first.y < 2 || now.getTime() / day - first.x * 30 < 7) return undefined;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return slope > 0 ? slope : undefined;
}

/** When 100 % will be reached at this pace; unknown where that is past, or too far away to mean something. */
export function wornOut(now: Date, percentageUsed: number | undefined, perMonth: number | undefined): Date | undefined {
  if (percentageUsed === undefined || perMonth === undefined || percentageUsed >= 100) return undefined;
  const months = (100 - percentageUsed) / perMonth;
  return months > 12 * 30 ? undefined : new Date(now.getTime() + months * 30 * day);
}
