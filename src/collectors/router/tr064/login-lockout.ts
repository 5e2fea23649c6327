import * as z from 'zod/mini';
import type { ClockReading } from '../../../lib/clocks.ts';

/** Hours of lockout for each refused login: at most two attempts reach the FRITZ!Box in the first day, and ever fewer after it. */
const lockoutHoursPerLogin = 12;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Minutes after which a login that was accepted before is retried, until the long lockout applies: FRITZ!Boxes refuse correct
 * logins while they boot, or while another user is locked out. */
const retryMinutes = [2, 10, 60];

/** Upper limit of a stored count: more than the lockout allows in years. */
const maxLogins = 100;

/** Milliseconds after a start during which a stored lockout holds even if it seems to be over: the clock may not be set yet. */
const clockGraceMs = hourMs;

/** The form in which the broker stores it. */
const lockoutSchema = z.object({
  refused_login: z.optional(
    z.object({
      /** Fingerprint of the credentials. */
      mark: z.string(),
      reason: z.string(),
      logins: z.number().check(z.positive(), z.maximum(maxLogins)),
      /** Milliseconds since 1970. */
      until: z.number(),
      /** Refusals since the login was accepted; absent if it never was. */
      since_accepted: z.catch(z.optional(z.number().check(z.positive())), undefined),
    }),
  ),
  accepted_login: z.catch(
    z.optional(z.object({ mark: z.string(), until: z.number().check(z.nonnegative()) })),
    undefined,
  ),
});

/** The stored fingerprint of an accepted login: long enough to tell most other logins apart, too short to find a password by. */
const shortMark = (mark: string) => mark.slice(0, 2);

const formatMinute = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export type SavedLockout = z.output<typeof lockoutSchema>;

/** Of two refusals of the same login the longer one counts, and of two acceptances the later one. Entries for other credentials
 * than the current ones are ignored. */
export const lockoutMemoryFormat = {
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
  /** Refusals in a row that lengthen the lockout. */
  logins: number;
  /** Refusals since the login was accepted; 0 if it never was. */
  sinceAccepted: number;
  /** Milliseconds of the monotonic clock: the wall clock jumps when it is set. */
  until: number;
  /** A stored lockout: its end by the wall clock, which may not have been set since the start, and the monotonic time at which it
   * was loaded. */
  recalled?: { until: number; at: number } | undefined;
}

/** Delays attempts after a refused login: a FRITZ!Box locks out a user after too many of them, wherever they come from. */
export class LoginLockout {
  readonly #clock: () => ClockReading;
  /** Fingerprint of the current credentials. */
  readonly #mark: string;
  #refusal: Refusal | undefined;
  /** When the current credentials were last accepted, in milliseconds since 1970. */
  #acceptedAt: number | undefined;
  /** Set once the login was accepted or the user asked for an attempt: both are newer than anything stored. */
  #ignoresMemory = false;
  /** Total since the start. */
  refusals = 0;

  constructor(clock: () => ClockReading, mark: string) {
    this.#clock = clock;
    this.#mark = mark;
  }

  addRefusal(reason: string, attempts: number): void {
    const { logins: previousLogins = 0, sinceAccepted: previousCount = 0 } = this.#refusal ?? {};
    const sinceAccepted = this.#acceptedAt === undefined ? 0 : previousCount + 1;
    const logins = retryMinutes[sinceAccepted - 1] === undefined ? previousLogins + attempts : 0;
    this.#ignoresMemory = false;
    this.#refusal = {
      reason,
      logins,
      sinceAccepted,
      until: this.#clock().monotonic + lockoutMs({ logins, sinceAccepted }),
    };
    this.refusals += attempts;
  }

  clear(): void {
    this.#ignoresMemory = true;
    this.#refusal = undefined;
  }

  accept(): void {
    this.clear();
    this.#acceptedAt = this.#clock().wall;
  }

  /** Allows an attempt now, because the user asked for it. */
  skipWait(): void {
    this.#ignoresMemory = true;
    if (this.#refusal !== undefined)
      this.#refusal = { ...this.#refusal, until: this.#clock().monotonic, recalled: undefined };
  }

  get isActive(): boolean {
    return this.#refusal !== undefined && remainingMs(this.#refusal, this.#clock()) > 0;
  }

  /** When the lockout ends by itself; undefined if there is none. */
  get endsAt(): Date | undefined {
    const moment = this.#clock();
    return this.#refusal !== undefined && this.isActive
      ? new Date(Math.round(moment.wall + remainingMs(this.#refusal, moment)))
      : undefined;
  }

  /** Why logins are locked out, and what to do about it; undefined after no refusal. */
  get notice(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    const { reason, logins } = this.#refusal;
    const accepted = this.#acceptedAt === undefined ? '' : `; it was accepted until ${formatMinute(this.#acceptedAt)}`;
    if (logins === 0 && accepted !== '') return `${reason}${accepted}, so the agent tries it again within the hour`;
    return `${reason}; then press “Try login again”: the agent itself waits for hours, so that the FRITZ!Box does not lock the user out${accepted}`;
  }

  /** Applies a stored lockout if it is for the current credentials and lasts longer than the current one. */
  recall(content: unknown): void {
    const { refused_login: refused, accepted_login: accepted } = lockoutMemoryFormat.parse(content) ?? {};
    const moment = this.#clock();
    if (accepted?.mark === shortMark(this.#mark)) this.#acceptedAt ??= Math.min(accepted.until, moment.wall);
    if (refused?.mark !== this.#mark || this.#ignoresMemory) return;
    const { reason, until, since_accepted: sinceAccepted = 0 } = refused;
    const logins = retryMinutes[sinceAccepted - 1] === undefined ? refused.logins : 0;
    const refusal = { reason, logins, sinceAccepted, until: 0, recalled: { until, at: moment.monotonic } };
    if (this.#refusal === undefined || remainingMs(refusal, moment) > remainingMs(this.#refusal, moment))
      this.#refusal = refusal;
  }

  /** What has to outlive the process. */
  get memory(): SavedLockout {
    // Rounded down to the hour while the login is accepted, because every change is published.
    const at =
      this.#acceptedAt === undefined || this.#refusal !== undefined
        ? this.#acceptedAt
        : Math.floor(this.#acceptedAt / hourMs) * hourMs;
    const accepted = at === undefined ? {} : { accepted_login: { mark: shortMark(this.#mark), until: at } };
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

/** Milliseconds of lockout after the last refusal. */
function lockoutMs({ logins, sinceAccepted }: Pick<Refusal, 'logins' | 'sinceAccepted'>): number {
  const minutes = retryMinutes[sinceAccepted - 1];
  return minutes === undefined ? logins * lockoutHoursPerLogin * hourMs : minutes * minuteMs;
}

/** Milliseconds until the lockout ends; negative after its end. */
function remainingMs(refusal: Refusal, { wall, monotonic }: ClockReading): number {
  if (refusal.recalled === undefined) return refusal.until - monotonic;
  const passed = monotonic - refusal.recalled.at;
  const remembered = refusal.recalled.until - wall;
  // A retry within minutes does not wait for the clock to be set.
  const isRetry = retryMinutes[refusal.sinceAccepted - 1] !== undefined;
  return Math.min(isRetry ? remembered : Math.max(remembered, clockGraceMs - passed), lockoutMs(refusal) - passed);
}
