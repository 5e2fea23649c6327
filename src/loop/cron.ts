import cron from 'node-cron';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The longest time between two matching days: a 29 February that is a Monday, across a year like 2100 that is no leap
 * year. */
const maxYears = 40;

/** Milliseconds that local time is ahead of UTC. */
const offsetAt = (instant: number) => -minuteMs * new Date(instant).getTimezoneOffset();

/** The first instant from `from` to `to` at which the UTC offset differs from this one. The two are at most a day
 * apart, and no time zone changes twice in a day. */
function findOffsetChange(offset: number, from: number, to: number): number | undefined {
  if (offsetAt(to) === offset) return undefined;
  let [before, after] = [from - 1, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** Whether node-cron matches an instant, in UTC. It loads Intl for that, which takes 8 MB. */
function dayMatcherOf(expression: string): (day: Date) => boolean {
  const task = cron.createTask(expression, () => undefined, { timezone: 'UTC' });
  // A destroyed task still matches; otherwise node-cron would keep it forever.
  void task.destroy();
  return (day) => task.match(day);
}

const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

/** A cron expression of six fields, in the time zone of this process; node-cron parses it, and matches days that are
 * given by `L`, `W` or `#`.
 *
 * When clocks are set back, the local times of one hour occur twice. A schedule that matches consecutive hours runs in
 * both; any other runs only the first time. When clocks are set ahead, a time that is skipped runs right after the
 * change (as in Debian's cron(8)). */
export class CronExpression {
  readonly #seconds: number[];
  readonly #minutes: number[];
  readonly #hours: number[];
  readonly #months: ReadonlySet<number>;
  readonly #isMatchingDay: (day: Date) => boolean;
  readonly #hasConsecutiveHours: boolean;
  /** The first time of a day, in milliseconds since midnight. */
  readonly #earliest: number;

  /** Throws if the expression is invalid. */
  constructor(expression: string) {
    const { second, minute, hour, month, dayOfMonth, dayOfWeek } = cron.parse(expression);
    this.#seconds = sorted(second);
    this.#minutes = sorted(minute);
    this.#hours = sorted(hour);
    this.#months = new Set(month);
    const isNumeric = [...dayOfMonth, ...dayOfWeek].every((day) => typeof day === 'number');
    this.#isMatchingDay = isNumeric
      ? (day) => dayOfMonth.includes(day.getUTCDate()) && dayOfWeek.includes(day.getUTCDay())
      : dayMatcherOf(expression);
    this.#hasConsecutiveHours = this.#hours.some((hour) => this.#hours.includes((hour + 1) % 24));
    this.#earliest = this.#timeOfDay(0) ?? 0;
  }

  /** The first matching time after an instant; undefined if there is none. */
  next(after: Date): Date | undefined {
    let from = Math.floor(after.getTime() / secondMs) * secondMs + secondMs;
    if (!this.#hasConsecutiveHours) from = skipRepeatedHour(from);
    let offset = offsetAt(from - 1);
    for (;;) {
      const local = this.#nextLocal(from + offset);
      if (local === undefined) return undefined;
      const next = local - offset;
      const change = findOffsetChange(offset, from, Math.min(next, from + dayMs));
      if (change !== undefined) {
        const ahead = offsetAt(change) - offset;
        if (next < change + ahead && this.#hours.length < 24) return new Date(change);
        from = this.#hasConsecutiveHours ? change : Math.max(change, change - ahead);
        offset += ahead;
      } else if (next - from <= dayMs) {
        return new Date(next);
      } else {
        // Offset changes more than a day before the match do not affect it.
        from = next - dayMs;
        offset = offsetAt(from);
      }
    }
  }

  /** The first matching local time from this one on, regardless of offset changes. Local times are represented as
   * UTC. */
  #nextLocal(from: number): number | undefined {
    const today = Math.floor(from / dayMs) * dayMs;
    const timeToday = this.#timeOfDay(from - today);
    if (timeToday !== undefined && this.#isDay(today)) return today + timeToday;
    const last = today + maxYears * 366 * dayMs;
    for (let day = today + dayMs; day <= last; day += dayMs) if (this.#isDay(day)) return day + this.#earliest;
    return undefined;
  }

  #isDay(day: number): boolean {
    return this.#months.has(new Date(day).getUTCMonth() + 1) && this.#isMatchingDay(new Date(day + this.#earliest));
  }

  /** The first matching time of a day from this one on, in milliseconds since midnight. */
  #timeOfDay(from: number): number | undefined {
    for (const hour of this.#hours) {
      if ((hour + 1) * hourMs <= from) continue;
      for (const minute of this.#minutes) {
        if (hour * hourMs + (minute + 1) * minuteMs <= from) continue;
        for (const second of this.#seconds) {
          const time = hour * hourMs + minute * minuteMs + second * secondMs;
          if (time >= from) return time;
        }
      }
    }
    return undefined;
  }
}

/** The instant itself, or the end of a repeated hour that it lies in. */
function skipRepeatedHour(instant: number): number {
  const change = findOffsetChange(offsetAt(instant - dayMs), instant - dayMs, instant);
  return change === undefined ? instant : Math.max(instant, change + offsetAt(change - 1) - offsetAt(change));
}
