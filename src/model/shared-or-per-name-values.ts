import { slug } from './naming.ts';
import { type PerNameSettingTargetKind, settingErrorTexts } from './setting-error-texts.ts';

/** A setting that several instances or routers share, unless one has its own: `HA_TOKEN`, `HA_TOKEN_CELLAR`. */
export class SharedOrPerNameValues<T> {
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

/** Variables that a message lists at most. */
const maxListed = 10;

/** A text for each variable such as `HA_TOKEN_BERLIN` that names none of these things, with the variables that there
 * can be. */
export function describeUnmatchedPerNameVariables(
  setting: string,
  thing: PerNameSettingTargetKind,
  values: SharedOrPerNameValues<unknown>,
  names: readonly string[],
  texts = settingErrorTexts,
): string[] {
  const possible = names.map((name) => `${setting}_${slug(name).toUpperCase()}`);
  const listed = [...possible.slice(0, maxListed), ...(possible.length > maxListed ? ['…'] : [])].join(', ');
  return values.namesOtherThan(names).map((name) => texts.namesNothing(setting, name, thing, listed));
}
