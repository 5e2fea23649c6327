import type { StepwiseWork } from '../model/event-loop-turns.ts';

/** Milliseconds after which an answer is found again even if nothing shows that it changed. */
const usualMaxAgeMs = 5 * 60_000;

interface Answer<T> {
  answer: T;
  basis: readonly unknown[];
  foundAtMs: number;
}

/** Remembers an answer that rarely changes until what it follows from changes, and at most five minutes or as long as
 * told. */
export class CacheUntilBasisChanges<T> {
  readonly #maxAgeMs: number;
  #latest: Answer<T> | undefined;

  constructor(maxAgeMs = usualMaxAgeMs) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** `basis`: what the answer follows from, as far as that is cheap to read. */
  get(basis: readonly unknown[], find: () => T): T {
    return (this.#current(basis) ?? this.#remember(basis, find())).answer;
  }

  /** As `get`, for an answer that takes several steps to find. */
  *getInSteps(basis: readonly unknown[], find: () => StepwiseWork<T>): StepwiseWork<T> {
    return (this.#current(basis) ?? this.#remember(basis, yield* find())).answer;
  }

  /** As `get`, for an answer that has to be waited for. */
  async getAsync(basis: readonly unknown[], find: () => Promise<T>): Promise<T> {
    return (this.#current(basis) ?? this.#remember(basis, await find())).answer;
  }

  /** Has the answer found again. */
  forget(): void {
    this.#latest = undefined;
  }

  #current(basis: readonly unknown[]): Answer<T> | undefined {
    const latest = this.#latest;
    return latest !== undefined &&
      performance.now() - latest.foundAtMs < this.#maxAgeMs &&
      basis.length === latest.basis.length &&
      basis.every((value, index) => value === latest.basis[index])
      ? latest
      : undefined;
  }

  #remember(basis: readonly unknown[], answer: T): Answer<T> {
    this.#latest = { answer, basis, foundAtMs: performance.now() };
    return this.#latest;
  }
}
