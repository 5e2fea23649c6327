import * as z from 'zod/mini';
import type { Moment } from '../../../lib/rates.ts';

/** Hours that each refused login costs: no more than two can reach the box in a day, and ever fewer after that. */
const price = 12;
const minute = 60_000;
const hour = 60 * minute;

/** Minutes after which a login that was accepted before is tried again, before it costs hours: boxes refuse good logins
 * while they boot, or while somebody else is shut out. */
const retries = [2, 10, 60];

/** As the broker remembers it. */
const schema = z.object({
  refused_login: z.optional(
    z.object({
      /** Of the credentials. */
      mark: z.string(),
      reason: z.string(),
      logins: z.number().check(z.positive()),
      /** Milliseconds since 1970. */
      until: z.number(),
      /** Refusals since it was accepted; absent where it never was. */
      since_accepted: z.catch(z.optional(z.number().check(z.positive())), undefined),
    }),
  ),
  accepted_login: z.catch(z.optional(z.object({ mark: z.string(), until: z.number().check(z.nonnegative()) })), undefined),
});

/** Of an accepted login less is kept: enough that another one is hardly taken for it, too little to find a password by. */
const shortened = (mark: string) => mark.slice(0, 2);

const minuteOf = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

type Kept = z.output<typeof schema>;

interface Refusal {
  reason: string;
  /** Those in a row that have their price. */
  logins: number;
  /** How often, of a login that was accepted before. */
  sinceAccepted: number;
  /** On the even clock: the other jumps when it is set. */
  until: number;
}

/** Stands between us and a login that was refused: boxes shut out who tries too often, and everybody of that name with him. */
export class Gate {
  readonly #clock: () => Moment;
  /** Tells these credentials from those before. */
  readonly #mark: string;
  #refusal: Refusal | undefined;
  /** When these credentials were accepted last, in milliseconds since 1970. */
  #acceptedAt: number | undefined;
  /** In all, since the start. */
  refusals = 0;

  constructor(clock: () => Moment, mark: string) {
    this.#clock = clock;
    this.#mark = mark;
  }

  refuse(reason: string, by: number): void {
    const { logins: before = 0, sinceAccepted: times = 0 } = this.#refusal ?? {};
    const retry = this.#acceptedAt === undefined ? undefined : retries[times];
    const logins = retry === undefined ? before + by : 0;
    const wait = retry === undefined ? logins * price * hour : retry * minute;
    this.#refusal = { reason, logins, sinceAccepted: times + (this.#acceptedAt === undefined ? 0 : 1), until: this.#clock().monotonic + wait };
    this.refusals += by;
  }

  open(): void {
    this.#refusal = undefined;
  }

  accept(): void {
    this.open();
    this.#acceptedAt = this.#clock().wall;
  }

  /** The user knows better. */
  unlock(): void {
    if (this.#refusal !== undefined) this.#refusal.until = this.#clock().monotonic;
  }

  get isShut(): boolean {
    return this.#refusal !== undefined && this.#clock().monotonic < this.#refusal.until;
  }

  /** When it opens by itself; undefined where it is open. */
  get opensAt(): Date | undefined {
    const { wall, monotonic } = this.#clock();
    return this.#refusal !== undefined && this.isShut ? new Date(Math.round(wall + this.#refusal.until - monotonic)) : undefined;
  }

  /** Why it is shut, and what mends that. */
  get notice(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    const { reason, logins } = this.#refusal;
    const accepted = this.#acceptedAt === undefined ? '' : `; it was accepted until ${minuteOf(this.#acceptedAt)}`;
    if (logins === 0 && accepted !== '') return `${reason}${accepted}, so the agent tries it again within the hour`;
    return `${reason}; then press “Try login again”, for by itself the agent asks only hours later, lest the box shut the user out${accepted}`;
  }

  /** Takes up what was known before a restart, if it is of these credentials. */
  recall(content: unknown): void {
    const { data: kept } = z.safeParse(schema, content);
    const { wall, monotonic } = this.#clock();
    if (kept?.accepted_login?.mark === shortened(this.#mark)) this.#acceptedAt ??= Math.min(kept.accepted_login.until, wall);
    if (kept?.refused_login?.mark !== this.#mark || this.#refusal !== undefined) return;
    const { reason, until, since_accepted: sinceAccepted = 0 } = kept.refused_login;
    const retry = retries[sinceAccepted - 1];
    const logins = retry === undefined ? kept.refused_login.logins : 0;
    const wait = retry === undefined ? logins * price * hour : retry * minute;
    // The clock may have been wrong, then or now.
    this.#refusal = { reason, logins, sinceAccepted, until: monotonic + Math.min(until - wall, wait) };
  }

  /** What is to outlive the process. */
  get memory(): Kept {
    // To the hour while all is well: every change is a message.
    const at = this.#acceptedAt === undefined || this.#refusal !== undefined ? this.#acceptedAt : Math.floor(this.#acceptedAt / hour) * hour;
    const accepted = at === undefined ? {} : { accepted_login: { mark: shortened(this.#mark), until: at } };
    if (this.#refusal === undefined) return accepted;
    const { reason, logins, sinceAccepted } = this.#refusal;
    const refused = {
      mark: this.#mark,
      reason,
      logins: sinceAccepted === 0 ? logins : Math.max(1, logins),
      until: this.opensAt?.getTime() ?? 0,
      ...(sinceAccepted === 0 ? {} : { since_accepted: sinceAccepted }),
    };
    return { refused_login: refused, ...accepted };
  }
}
