import * as z from 'zod/mini';
import type { Moment } from '../../../lib/rates.ts';

/** Hours that each refused login costs: no more than two can reach the box in a day, and ever fewer after that. */
const price = 12;
/** More than the price lets through in years. */
const mostLogins = 100;
const hour = 3_600_000;

/** Milliseconds after a start for which a refusal that seems to be over is believed to last: until then the clock may be set. */
const settling = hour;

/** As the broker remembers it. */
const schema = z.object({
  refused_login: z.optional(
    z.object({
      /** Of the credentials. */
      mark: z.string(),
      reason: z.string(),
      logins: z.number().check(z.positive(), z.maximum(mostLogins)),
      /** Milliseconds since 1970. */
      until: z.number(),
    }),
  ),
});

export type Kept = z.output<typeof schema>;

/** Of two refusals of one login the longer one counts. One of other credentials is of no use to those that are in use now. */
export const memory = {
  parse: (content: unknown): Kept | undefined => schema.safeParse(content).data,
  merge({ refused_login: ours }: Kept, { refused_login: theirs }: Kept): Kept {
    if (ours === undefined || theirs === undefined) return { refused_login: ours ?? theirs };
    return { refused_login: theirs.mark === ours.mark && theirs.until > ours.until ? theirs : ours };
  },
};

interface Refusal {
  reason: string;
  /** Those in a row. */
  logins: number;
  /** On the even clock: the other jumps when it is set. */
  until: number;
  /** As it was remembered, by the other clock, which may not have been set since the start; and when that was taken up. */
  recalled?: { until: number; at: number } | undefined;
}

/** Stands between us and a login that was refused: boxes shut out who tries too often, and everybody of that name with him. */
export class Gate {
  readonly #clock: () => Moment;
  /** Tells these credentials from those before. */
  readonly #mark: string;
  #refusal: Refusal | undefined;
  /** The box took the login, or the user wants it tried: newer than any memory. */
  #isFree = false;
  /** In all, since the start. */
  refusals = 0;

  constructor(clock: () => Moment, mark: string) {
    this.#clock = clock;
    this.#mark = mark;
  }

  refuse(reason: string, by: number): void {
    const logins = (this.#refusal?.logins ?? 0) + by;
    this.#isFree = false;
    this.#refusal = { reason, logins, until: this.#clock().monotonic + logins * price * hour };
    this.refusals += by;
  }

  open(): void {
    this.#isFree = true;
    this.#refusal = undefined;
  }

  /** The user knows better. */
  unlock(): void {
    this.#isFree = true;
    if (this.#refusal !== undefined) this.#refusal = { ...this.#refusal, until: this.#clock().monotonic, recalled: undefined };
  }

  get isShut(): boolean {
    return this.#refusal !== undefined && left(this.#refusal, this.#clock()) > 0;
  }

  /** When it opens by itself; undefined where it is open. */
  get opensAt(): Date | undefined {
    const moment = this.#clock();
    return this.#refusal !== undefined && this.isShut ? new Date(Math.round(moment.wall + left(this.#refusal, moment))) : undefined;
  }

  /** Why it is shut, and what mends that. */
  get notice(): string | undefined {
    return this.#refusal && `${this.#refusal.reason}; then press “Try login again”, for by itself the agent asks only hours later, lest the box shut the user out`;
  }

  /** Takes up what a broker remembers, if it is of these credentials and lasts longer than what is known. */
  recall(content: unknown): void {
    const kept = memory.parse(content)?.refused_login;
    if (kept === undefined || kept.mark !== this.#mark || this.#isFree) return;
    const moment = this.#clock();
    const { reason, logins, until } = kept;
    const refusal = { reason, logins, until: 0, recalled: { until, at: moment.monotonic } };
    if (this.#refusal === undefined || left(refusal, moment) > left(this.#refusal, moment)) this.#refusal = refusal;
  }

  /** What is to outlive the process. */
  get memory(): Kept {
    if (this.#refusal === undefined) return {};
    const { reason, logins, recalled } = this.#refusal;
    return { refused_login: { mark: this.#mark, reason, logins, until: recalled?.until ?? this.opensAt?.getTime() ?? 0 } };
  }
}

/** Milliseconds until it is over. */
function left({ logins, until, recalled }: Refusal, { wall, monotonic }: Moment): number {
  if (recalled === undefined) return until - monotonic;
  const passed = monotonic - recalled.at;
  return Math.min(Math.max(recalled.until - wall, settling - passed), logins * price * hour - passed);
}
