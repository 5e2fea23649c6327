/** Hours that each refused login costs: no more than two can reach the box in a day, and ever fewer after that. */
const price = 12;
const hour = 3_600_000;

/** Stands between us and a login that was refused: boxes shut out who tries too often, and everybody of that name with him. */
export class Gate {
  readonly #clock: () => number;
  #refusals = 0;
  /** Those since a login was taken. */
  #inARow = 0;
  #opensAt = Number.NEGATIVE_INFINITY;
  #reason: string | undefined;

  /** The clock's milliseconds run evenly. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  refuse(reason: string, logins: number): void {
    this.#refusals += logins;
    this.#inARow += logins;
    this.#opensAt = this.#clock() + this.#inARow * price * hour;
    this.#reason = reason;
  }

  open(): void {
    this.#inARow = 0;
    this.#reason = undefined;
    this.#opensAt = Number.NEGATIVE_INFINITY;
  }

  get isShut(): boolean {
    return this.#clock() < this.#opensAt;
  }

  /** Logins refused in all. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Milliseconds until it opens by itself; undefined where it is open. */
  get remaining(): number | undefined {
    return this.isShut ? this.#opensAt - this.#clock() : undefined;
  }

  /** Why it is shut, and what mends that. */
  get notice(): string | undefined {
    return this.#reason && `${this.#reason}; then restart the agent, for by itself it asks only hours later, lest the box shut the user out`;
  }
}
