const counterRange = 2 ** 32;

/** Makes a counter of 32 bits, which starts anew every 4 GiB, one that goes on. Some boxes count further; they are left as they are. */
export class CounterUnwrap {
  #before: number | undefined;
  #base = 0;

  /** `isReset`: the box has started its counters anew. `most`: by how much it can have grown at the line's rate. */
  unwrap(count: number | undefined, isReset: boolean, maxGrowth: number): number | undefined {
    if (count === undefined) return undefined;
    const before = this.#before ?? count;
    this.#before = count;
    if (count < before) {
      const wrapped = !isReset && before < counterRange && count + counterRange - before <= maxGrowth;
      this.#base = wrapped ? this.#base + counterRange : 0;
    }
    return this.#base + count;
  }
}
