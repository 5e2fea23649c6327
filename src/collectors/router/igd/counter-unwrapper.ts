const counterRange = 2 ** 32;

/** Extends a 32-bit counter, which wraps around every 4 GiB. Wider counters of some routers pass unchanged. */
export class CounterUnwrapper {
  #lastCount: number | undefined;
  #base = 0;

  /** `isReset`: the router has reset its counters. `maxGrowth`: the largest growth that the rate of the line allows. */
  unwrap(count: number | undefined, isReset: boolean, maxGrowth: number): number | undefined {
    if (count === undefined) return undefined;
    const before = this.#lastCount ?? count;
    this.#lastCount = count;
    if (count < before) {
      const hasWrapped = !isReset && before < counterRange && count + counterRange - before <= maxGrowth;
      this.#base = hasWrapped ? this.#base + counterRange : 0;
    }
    return this.#base + count;
  }
}
