import { slug } from './naming.ts';

/** A setting that several instances or routers share, unless one has its own: `HA_TOKEN`, `HA_TOKEN_CELLAR`. */
export class PerNameValues<T> {
  readonly #shared: T | undefined;
  readonly #named: ReadonlyMap<string, T>;

  /** `named`: values by the name as it is written in the variable. */
  constructor(shared: T | undefined, named: ReadonlyMap<string, T>) {
    this.#shared = shared;
    this.#named = named;
  }

  /** The value for this name, else the shared value. */
  get(name: string): T | undefined {
    for (const [written, value] of this.#named) if (written.toLowerCase() === slug(name)) return value;
    return this.#shared;
  }

  /** Names in variables that are none of these. */
  namesOtherThan(names: readonly string[]): string[] {
    const known = new Set(names.map(slug));
    return [...this.#named.keys()].filter((written) => !known.has(written.toLowerCase()));
  }
}
