import { slug } from './naming.ts';

/** A setting that several instances or routers share, unless one has its own: `HA_TOKEN`, `HA_TOKEN_CELLAR`. */
export class PerNameValues<T> {
  readonly #shared: T | undefined;
  readonly #named: ReadonlyMap<string, T>;

  /** `named`: values by the slug of the name. */
  constructor(shared: T | undefined, named: ReadonlyMap<string, T>) {
    this.#shared = shared;
    this.#named = named;
  }

  /** The value for this name, else the shared value. */
  get(name: string): T | undefined {
    return this.#named.get(slug(name)) ?? this.#shared;
  }
}
