import * as z from 'zod/mini';
import type { ClockReading } from './clocks.ts';

const hourMs = 3_600_000;

/** Milliseconds after a start during which a stored lockout holds even if it seems to be over: the clock may not be set
 * yet. */
const clockGraceMs = hourMs;

/** The form in which the broker stores it. */
const lockoutSchema = z.object({
  refused_login: z.optional(
    z.object({
      /** Fingerprint of the credentials. */
      mark: z.string(),
      reason: z.string(),
      /** More than a hundred take years. */
      logins: z.number().check(z.positive(), z.maximum(100)),
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

/** The stored fingerprint of an accepted login: long enough to tell most other logins apart, too short to find a
 * password by. */
const shortMark = (mark: string) => mark.slice(0, 2);

export type SavedLoginLockout = z.output<typeof lockoutSchema>;

/** Of two refusals of the same login the longer one counts, and of two acceptances the later one. Entries for other
 * credentials than the current ones are ignored. */
export const loginLockoutMemoryFormat = {
  parse: (content: unknown): SavedLoginLockout | undefined => lockoutSchema.safeParse(content).data,
  merge(ours: SavedLoginLockout, theirs: SavedLoginLockout): SavedLoginLockout {
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
  /** Refusals in a row that lengthen the lockout; 0 while the pauses of `retryMinutes` last. */
  logins: number;
  /** Refusals since the login was accepted; 0 if it never was. */
  sinceAccepted: number;
  /** Milliseconds of the monotonic clock: the wall clock jumps when it is set. */
  until: number;
  /** A stored lockout: its end by the wall clock, which may not have been set since the start, and the monotonic time
   * at which it was loaded. */
  recalled?: { until: number; at: number } | undefined;
}

export interface LoginLockoutOptions {
  /** Fingerprint of the current credentials. */
  mark: string;
  /** Hours of lockout for each refused login in a row; infinite if only other credentials or the user end it. */
  hoursPerLogin: number;
  /** Minutes after which a login that was accepted before is tried again after its first refusals, until the long
   * lockout applies: servers refuse correct logins while they boot. Defaults to none. */
  retryMinutes?: readonly number[];
  clock: () => ClockReading;
}

/** After a refusal it stops requests with credentials until these change, the user asks for an attempt, or a pause is
 * over that grows with each refusal: servers lock out a user after too many of them, wherever they come from. */
export class LoginLockout {
  readonly #options: Omit<LoginLockoutOptions, 'mark'>;
  #mark: string;
  #refusal: Refusal | undefined;
  /** When the current credentials were last accepted, in milliseconds since 1970. */
  #acceptedAt: number | undefined;
  /** Set once the login was accepted or the user asked for an attempt: both are newer than anything stored. */
  #ignoresMemory = false;
  /** Total since the start. */
  refusals = 0;

  constructor({ mark, ...options }: LoginLockoutOptions) {
    this.#mark = mark;
    this.#options = options;
  }

  /** To be called with the fingerprint of the current credentials, which may have been replaced. */
  setMark(mark: string): void {
    if (mark === this.#mark) return;
    this.#mark = mark;
    this.#acceptedAt = undefined;
    this.#refusal = undefined;
    this.#ignoresMemory = false;
  }

  /** `logins`: requests that carried the credentials. */
  addRefusal(reason: string, logins = 1): void {
    const { logins: loginsBefore = 0, sinceAccepted: countBefore = 0 } = this.#refusal ?? {};
    const sinceAccepted = this.#acceptedAt === undefined ? 0 : countBefore + 1;
    const refusal = { reason, logins: this.#isRetry(sinceAccepted) ? 0 : loginsBefore + logins, sinceAccepted };
    this.#ignoresMemory = false;
    this.#refusal = { ...refusal, until: this.#options.clock().monotonic + this.#pauseMs(refusal) };
    this.refusals += logins;
  }

  /** To be called after an answer that did not depend on the credentials. */
  clear(): void {
    this.#ignoresMemory = true;
    this.#refusal = undefined;
  }

  accept(): void {
    this.clear();
    this.#acceptedAt = this.#options.clock().wall;
  }

  /** Allows an attempt now, because the user asked for it. */
  endPause(): void {
    this.#ignoresMemory = true;
    if (this.#refusal !== undefined)
      this.#refusal = { ...this.#refusal, until: this.#options.clock().monotonic, recalled: undefined };
  }

  /** Whether no request may carry the credentials. */
  get isActive(): boolean {
    return this.#refusal !== undefined && this.#remainingMs(this.#refusal) > 0;
  }

  /** When the lockout ends by itself; undefined if there is none, or it does not. */
  get endsAt(): Date | undefined {
    const remainingMs = this.#refusal === undefined ? 0 : this.#remainingMs(this.#refusal);
    return remainingMs > 0 && Number.isFinite(remainingMs)
      ? new Date(Math.round(this.#options.clock().wall + remainingMs))
      : undefined;
  }

  /** The last refusal, if the login has not been accepted since. */
  get refusal(): { reason: string; isRetriedSoon: boolean; acceptedAt: Date | undefined } | undefined {
    if (this.#refusal === undefined) return undefined;
    const { reason, logins } = this.#refusal;
    const acceptedAt = this.#acceptedAt === undefined ? undefined : new Date(this.#acceptedAt);
    return { reason, isRetriedSoon: logins === 0 && acceptedAt !== undefined, acceptedAt };
  }

  /** Applies a stored lockout if it is for the current credentials and lasts longer than the current one. */
  recall({ refused_login: refused, accepted_login: accepted }: SavedLoginLockout): void {
    const mark = this.#mark;
    const { wall, monotonic } = this.#options.clock();
    if (accepted?.mark === shortMark(mark)) this.#acceptedAt ??= Math.min(accepted.until, wall);
    if (refused?.mark !== mark || this.#ignoresMemory) return;
    const { reason, until, since_accepted: sinceAccepted = 0 } = refused;
    const logins = this.#isRetry(sinceAccepted) ? 0 : refused.logins;
    const refusal = { reason, logins, sinceAccepted, until: 0, recalled: { until, at: monotonic } };
    if (this.#refusal === undefined || this.#remainingMs(refusal) > this.#remainingMs(this.#refusal))
      this.#refusal = refusal;
  }

  /** What has to outlive the process. */
  get memory(): SavedLoginLockout {
    const mark = this.#mark;
    // Rounded down to the hour while the login is accepted, because every change is published.
    const at =
      this.#acceptedAt === undefined || this.#refusal !== undefined
        ? this.#acceptedAt
        : Math.floor(this.#acceptedAt / hourMs) * hourMs;
    const accepted = at === undefined ? {} : { accepted_login: { mark: shortMark(mark), until: at } };
    if (this.#refusal === undefined) return accepted;
    const { reason, logins, sinceAccepted, recalled } = this.#refusal;
    const refused = {
      mark,
      reason,
      logins: sinceAccepted === 0 ? logins : Math.max(1, logins),
      until: recalled?.until ?? this.endsAt?.getTime() ?? 0,
      ...(sinceAccepted === 0 ? {} : { since_accepted: sinceAccepted }),
    };
    return { refused_login: refused, ...accepted };
  }

  #isRetry(sinceAccepted: number): boolean {
    return this.#options.retryMinutes?.[sinceAccepted - 1] !== undefined;
  }

  /** Milliseconds of lockout after the last refusal. */
  #pauseMs({ logins, sinceAccepted }: Pick<Refusal, 'logins' | 'sinceAccepted'>): number {
    const minutes = this.#options.retryMinutes?.[sinceAccepted - 1];
    return minutes === undefined ? logins * this.#options.hoursPerLogin * hourMs : minutes * 60_000;
  }

  /** Milliseconds until the lockout ends; negative after its end. */
  #remainingMs(refusal: Refusal): number {
    const { wall, monotonic } = this.#options.clock();
    if (refusal.recalled === undefined) return refusal.until - monotonic;
    const passed = monotonic - refusal.recalled.at;
    const remembered = refusal.recalled.until - wall;
    // A retry within minutes does not wait for the clock to be set.
    const isRetry = this.#isRetry(refusal.sinceAccepted);
    return Math.min(
      isRetry ? remembered : Math.max(remembered, clockGraceMs - passed),
      this.#pauseMs(refusal) - passed,
    );
  }
}
