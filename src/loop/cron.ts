import cron, { type ScheduledTask } from 'node-cron';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The longest time between two days of a calendar: a 29 February that is a Monday, over a year like 2100. */
const maxYears = 40;

/** Milliseconds that the local clock is ahead of UTC. */
const offsetAt = (instant: number) => -minuteMs * new Date(instant).getTimezoneOffset();

/** The first instant from `from` to `to` at which the clock has another offset than this one. They are at most a day apart, in
 * which no zone changes twice. */
function changeFrom(offset: number, from: number, to: number): number | undefined {
  if (offsetAt(to) === offset) return undefined;
  let [before, after] = [from - 1, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

/** A cron expression of six fields, in the zone of this process; node-cron reads it and knows its days.
 *
 * The next time is sought among instants, because the hour that comes twice when clocks are set back has local times that stand
 * for two. A schedule that comes hour by hour goes on in both. Of any other the first counts; and a time that is skipped when
 * clocks are set ahead comes right after it (as in Debian's cron(8)). */
export class CronExpression {
  readonly #seconds: number[];
  readonly #minutes: number[];
  readonly #hours: number[];
  readonly #months: ReadonlySet<number>;
  readonly #matcher: ScheduledTask;
  readonly #hourByHour: boolean;
  /** Milliseconds since midnight. */
  readonly #earliest: number;

  /** Throws where it is no such expression. */
  constructor(expression: string) {
    const { second, minute, hour, month } = cron.parse(expression);
    this.#seconds = sorted(second);
    this.#minutes = sorted(minute);
    this.#hours = sorted(hour);
    this.#months = new Set(month);
    this.#matcher = cron.createTask(expression, () => undefined, { timezone: 'UTC' });
    // It goes on matching; node-cron would keep it for ever.
    void this.#matcher.destroy();
    this.#hourByHour = this.#hours.some((one) => this.#hours.includes((one + 1) % 24));
    this.#earliest = this.#timeOfDay(0) ?? 0;
  }

  /** The first time after an instant; undefined where none ever comes. */
  next(after: Date): Date | undefined {
    let from = Math.floor(after.getTime() / secondMs) * secondMs + secondMs;
    if (!this.#hourByHour) from = pastRepetition(from);
    let offset = offsetAt(from - 1);
    for (;;) {
      const local = this.#nextLocal(from + offset);
      if (local === undefined) return undefined;
      const next = local - offset;
      const change = changeFrom(offset, from, Math.min(next, from + dayMs));
      if (change !== undefined) {
        const ahead = offsetAt(change) - offset;
        if (next < change + ahead && this.#hours.length < 24) return new Date(change);
        from = this.#hourByHour ? change : Math.max(change, change - ahead);
        offset += ahead;
      } else if (next - from <= dayMs) {
        return new Date(next);
      } else {
        // Clocks that are set in between matter to none of its times.
        from = next - dayMs;
        offset = offsetAt(from);
      }
    }
  }

  /** The first local time from this one on, of a clock that is never set. Local times are written as if they were UTC. */
  #nextLocal(from: number): number | undefined {
    const today = Math.floor(from / dayMs) * dayMs;
    const rest = this.#timeOfDay(from - today);
    if (rest !== undefined && this.#isDay(today)) return today + rest;
    const last = today + maxYears * 366 * dayMs;
    for (let day = today + dayMs; day <= last; day += dayMs) if (this.#isDay(day)) return day + this.#earliest;
    return undefined;
  }

  #isDay(day: number): boolean {
    return this.#months.has(new Date(day).getUTCMonth() + 1) && this.#matcher.match(new Date(day + this.#earliest));
  }

  /** The first time of a day from this one on. */
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

/** The instant itself, or the end of the hour that comes for the second time. */
function pastRepetition(instant: number): number {
  const change = changeFrom(offsetAt(instant - dayMs), instant - dayMs, instant);
  return change === undefined ? instant : Math.max(instant, change + offsetAt(change - 1) - offsetAt(change));
}
