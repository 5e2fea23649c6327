import { slug } from './naming.ts';

/** A setting that all things of a kind share, and that each can have of its own: `HA_TOKEN`, `HA_TOKEN_CELLAR`. */
export class PerNameSetting<T> {
  readonly #shared: T | undefined;
  readonly #named: ReadonlyMap<string, T>;

  /** `named`: by slug. */
  constructor(shared: T | undefined, named: ReadonlyMap<string, T>) {
    this.#shared = shared;
    this.#named = named;
  }

  /** The thing's own, else the shared one. */
  get(name: string): T | undefined {
    return this.#named.get(slug(name)) ?? this.#shared;
  }
}
