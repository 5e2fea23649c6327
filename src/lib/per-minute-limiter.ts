/** Admits so many of something within each minute. */
export class PerMinuteLimiter {
  readonly #items: number;
  #count = 0;
  #leftOut = 0;
  #minuteEnd = Number.NEGATIVE_INFINITY;

  constructor({ items }: { items: number }) {
    this.#items = items;
  }

  /** Undefined for one too many; otherwise how many were too many in the minute before, which is told once. */
  admit(): { leftOut: number } | undefined {
    const now = performance.now();
    let leftOut = 0;
    if (now >= this.#minuteEnd) {
      leftOut = this.#leftOut;
      this.#count = 0;
      this.#leftOut = 0;
      this.#minuteEnd = now + 60_000;
    }
    this.#count += 1;
    if (this.#count <= this.#items) return { leftOut };
    this.#leftOut += 1;
    return undefined;
  }
}
