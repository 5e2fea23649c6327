/** Milliseconds after which an answer is found again even if nothing shows that it changed. */
const maxAgeMs = 60_000;

/** Remembers an answer that rarely changes until what it follows from changes, and at most a minute. */
export class CacheUntilBasisChanges<T> {
  #latest: { answer: T; basis: readonly unknown[]; foundAtMs: number } | undefined;

  /** `basis`: what the answer follows from, as far as that is cheap to read. */
  get(basis: readonly unknown[], find: () => T): T {
    const nowMs = performance.now();
    const latest = this.#latest;
    if (
      latest !== undefined &&
      nowMs - latest.foundAtMs < maxAgeMs &&
      basis.length === latest.basis.length &&
      basis.every((value, index) => value === latest.basis[index])
    )
      return latest.answer;
    const answer = find();
    this.#latest = { answer, basis, foundAtMs: nowMs };
    return answer;
  }
}
