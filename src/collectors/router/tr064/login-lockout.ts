import * as z from 'zod/mini';
import type { ClockReading } from '../../../lib/clocks.ts';

/** Hours that each refused login costs: no more than two can reach the box in a day, and ever fewer after that. */
const lockoutHoursPerLogin = 12;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Minutes after which a login that was accepted before is tried again, before it costs hours: boxes refuse good logins
 * while they boot, or while somebody else is shut out. */
const retries = [2, 10, 60];

/** More than the price lets through in years. */
const maxLogins = 100;

/** Milliseconds after a start for which a refusal that seems to be over is believed to last: until then the clock may be set. */
const clockDoubtMs = hourMs;

/** As the broker remembers it. */
const lockoutSchema = z.object({
  refused_login: z.optional(
    z.object({
      /** Of the credentials. */
      mark: z.string(),
      reason: z.string(),
      logins: z.number().check(z.positive(), z.maximum(maxLogins)),
      /** Milliseconds since 1970. */
      until: z.number(),
      /** Refusals since it was accepted; absent where it never was. */
      since_accepted: z.catch(z.optional(z.number().check(z.positive())), undefined),
    }),
  ),
  accepted_login: z.catch(
    z.optional(z.object({ mark: z.string(), until: z.number().check(z.nonnegative()) })),
    undefined,
  ),
});

/** Of an accepted login less is kept: enough that another one is hardly taken for it, too little to find a password by. */
const shortened = (mark: string) => mark.slice(0, 2);

const minuteOf = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export type SavedLockout = z.output<typeof lockoutSchema>;

/** Of two refusals of one login the longer one counts, of two acceptances the later one. What is of other credentials is of no use
 * to those that are in use now. */
export const lockoutMemoryRules = {
  parse: (content: unknown): SavedLockout | undefined => lockoutSchema.safeParse(content).data,
  merge(ours: SavedLockout, theirs: SavedLockout): SavedLockout {
    const refused = later(ours.refused_login, theirs.refused_login);
    const accepted = later(ours.accepted_login, theirs.accepted_login);
    return { ...(refused && { refused_login: refused }), ...(accepted && { accepted_login: accepted }) };
  },
};

function later<Login extends { mark: string; until: number }>(
  ours: Login | undefined,
  theirs: Login | undefined,
): Login | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  return theirs.mark === ours.mark && theirs.until > ours.until ? theirs : ours;
}

interface Refusal {
  reason: string;
  /** Those in a row that have their price. */
  logins: number;
  /** How often, of a login that was accepted before. */
  sinceAccepted: number;
  /** On the even clock: the other jumps when it is set. */
  until: number;
  /** As it was remembered, by the other clock, which may not have been set since the start; and when that was taken up. */
  recalled?: { until: number; at: number } | undefined;
}

/** Stands between us and a login that was refused: boxes shut out who tries too often, and everybody of that name with him. */
export class LoginLockout {
  readonly #clock: () => ClockReading;
  /** Tells these credentials from those before. */
  readonly #mark: string;
  #refusal: Refusal | undefined;
  /** When these credentials were accepted last, in milliseconds since 1970. */
  #acceptedAt: number | undefined;
  /** The box took the login, or the user wants it tried: newer than any memory. */
  #isFree = false;
  /** In all, since the start. */
  refusals = 0;

  constructor(clock: () => ClockReading, mark: string) {
    this.#clock = clock;
    this.#mark = mark;
  }

  addRefusal(reason: string, by: number): void {
    const { logins: before = 0, sinceAccepted: times = 0 } = this.#refusal ?? {};
    const sinceAccepted = this.#acceptedAt === undefined ? 0 : times + 1;
    const logins = retries[sinceAccepted - 1] === undefined ? before + by : 0;
    this.#isFree = false;
    this.#refusal = {
      reason,
      logins,
      sinceAccepted,
      until: this.#clock().monotonic + costMs({ logins, sinceAccepted }),
    };
    this.refusals += by;
  }

  end(): void {
    this.#isFree = true;
    this.#refusal = undefined;
  }

  accept(): void {
    this.end();
    this.#acceptedAt = this.#clock().wall;
  }

  /** The user knows better. */
  skipWait(): void {
    this.#isFree = true;
    if (this.#refusal !== undefined)
      this.#refusal = { ...this.#refusal, until: this.#clock().monotonic, recalled: undefined };
  }

  get isActive(): boolean {
    return this.#refusal !== undefined && leftMs(this.#refusal, this.#clock()) > 0;
  }

  /** When it opens by itself; undefined where it is open. */
  get endsAt(): Date | undefined {
    const moment = this.#clock();
    return this.#refusal !== undefined && this.isActive
      ? new Date(Math.round(moment.wall + leftMs(this.#refusal, moment)))
      : undefined;
  }

  /** Why it is shut, and what mends that. */
  get notice(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    const { reason, logins } = this.#refusal;
    const accepted = this.#acceptedAt === undefined ? '' : `; it was accepted until ${minuteOf(this.#acceptedAt)}`;
    if (logins === 0 && accepted !== '') return `${reason}${accepted}, so the agent tries it again within the hour`;
    return `${reason}; then press “Try login again”, for by itself the agent asks only hours later, lest the box shut the user out${accepted}`;
  }

  /** Takes up what a broker remembers, if it is of these credentials and lasts longer than what is known. */
  recall(content: unknown): void {
    const { refused_login: refused, accepted_login: accepted } = lockoutMemoryRules.parse(content) ?? {};
    const moment = this.#clock();
    if (accepted?.mark === shortened(this.#mark)) this.#acceptedAt ??= Math.min(accepted.until, moment.wall);
    if (refused?.mark !== this.#mark || this.#isFree) return;
    const { reason, until, since_accepted: sinceAccepted = 0 } = refused;
    const logins = retries[sinceAccepted - 1] === undefined ? refused.logins : 0;
    const refusal = { reason, logins, sinceAccepted, until: 0, recalled: { until, at: moment.monotonic } };
    if (this.#refusal === undefined || leftMs(refusal, moment) > leftMs(this.#refusal, moment)) this.#refusal = refusal;
  }

  /** What is to outlive the process. */
  get memory(): SavedLockout {
    // To the hour while all is well: every change is a message.
    const at =
      this.#acceptedAt === undefined || this.#refusal !== undefined
        ? this.#acceptedAt
        : Math.floor(this.#acceptedAt / hourMs) * hourMs;
    const accepted = at === undefined ? {} : { accepted_login: { mark: shortened(this.#mark), until: at } };
    if (this.#refusal === undefined) return accepted;
    const { reason, logins, sinceAccepted, recalled } = this.#refusal;
    const refused = {
      mark: this.#mark,
      reason,
      logins: sinceAccepted === 0 ? logins : Math.max(1, logins),
      until: recalled?.until ?? this.endsAt?.getTime() ?? 0,
      ...(sinceAccepted === 0 ? {} : { since_accepted: sinceAccepted }),
    };
    return { refused_login: refused, ...accepted };
  }
}

/** Milliseconds that the last refusal shuts it for. */
function costMs({ logins, sinceAccepted }: Pick<Refusal, 'logins' | 'sinceAccepted'>): number {
  const retry = retries[sinceAccepted - 1];
  return retry === undefined ? logins * lockoutHoursPerLogin * hourMs : retry * minuteMs;
}

/** Milliseconds until it is over. */
function leftMs(refusal: Refusal, { wall, monotonic }: ClockReading): number {
  if (refusal.recalled === undefined) return refusal.until - monotonic;
  const passed = monotonic - refusal.recalled.at;
  const remembered = refusal.recalled.until - wall;
  // A try that costs little waits for no clock.
  const isRetry = retries[refusal.sinceAccepted - 1] !== undefined;
  return Math.min(isRetry ? remembered : Math.max(remembered, clockDoubtMs - passed), costMs(refusal) - passed);
}
