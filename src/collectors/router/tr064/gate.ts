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

  /** Why it is shut, what mends that, and for how long else. */
  get notice(): string | undefined {
    if (this.#reason === undefined) return undefined;
    const hours = Math.max(1, Math.ceil((this.#opensAt - this.#clock()) / hour));
    return `${this.#reason}; then restart the agent, which asks by itself only in ${hours} h, lest the box shut the user out`;
  }
}
