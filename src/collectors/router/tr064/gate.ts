import * as z from 'zod/mini';
import type { Moment } from '../../../lib/rates.ts';

/** Hours that each refused login costs: no more than two can reach the box in a day, and ever fewer after that. */
const price = 12;
const hour = 3_600_000;

/** As the broker remembers it. */
const schema = z.object({
  refused_login: z.object({
    /** Of the credentials. */
    mark: z.string(),
    reason: z.string(),
    logins: z.number().check(z.positive()),
    /** Milliseconds since 1970. */
    until: z.number(),
  }),
});

type Kept = z.output<typeof schema>;

interface Refusal {
  reason: string;
  /** Those in a row. */
  logins: number;
  /** On the even clock: the other jumps when it is set. */
  until: number;
}

/** Stands between us and a login that was refused: boxes shut out who tries too often, and everybody of that name with him. */
export class Gate {
  readonly #clock: () => Moment;
  /** Tells these credentials from those before. */
  readonly #mark: string;
  #refusal: Refusal | undefined;
  /** In all, since the start. */
  refusals = 0;

  constructor(clock: () => Moment, mark: string) {
    this.#clock = clock;
    this.#mark = mark;
  }

  refuse(reason: string, by: number): void {
    const logins = (this.#refusal?.logins ?? 0) + by;
    this.#refusal = { reason, logins, until: this.#clock().monotonic + logins * price * hour };
    this.refusals += by;
  }

  open(): void {
    this.#refusal = undefined;
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
    return this.#refusal && `${this.#refusal.reason}; then press “Try login again”, for by itself the agent asks only hours later, lest the box shut the user out`;
  }

  /** Takes up what was known before a restart, if it is of these credentials. */
  recall(content: unknown): void {
    const { data: kept } = z.safeParse(schema, content);
    if (kept === undefined || kept.refused_login.mark !== this.#mark || this.#refusal !== undefined) return;
    const { reason, logins, until } = kept.refused_login;
    const { wall, monotonic } = this.#clock();
    // The clock may have been wrong, then or now.
    this.#refusal = { reason, logins, until: monotonic + Math.min(until - wall, logins * price * hour) };
  }

  /** What is to outlive the process. */
  get memory(): Kept | undefined {
    if (this.#refusal === undefined) return undefined;
    const { reason, logins } = this.#refusal;
    return { refused_login: { mark: this.#mark, reason, logins, until: this.opensAt?.getTime() ?? 0 } };
  }
}
