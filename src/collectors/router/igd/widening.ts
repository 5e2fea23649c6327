const width = 2 ** 32;

/** Makes a counter of 32 bits, which starts anew every 4 GiB, one that goes on. Some boxes count further; they are left as they are. */
export class Widening {
  #before: number | undefined;
  #base = 0;

  /** `isReset`: the box has started its counters anew. `most`: by how much it can have grown at the line's rate. */
  widen(count: number | undefined, isReset: boolean, most: number): number | undefined {
    if (count === undefined) return undefined;
    const before = this.#before ?? count;
    this.#before = count;
    if (count < before) {
      const wrapped = !isReset && before < width && count + width - before <= most;
      this.#base = wrapped ? this.#base + width : 0;
    }
    return this.#base + count;
  }
}
