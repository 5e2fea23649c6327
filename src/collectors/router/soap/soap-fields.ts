/** The values of a SOAP response, by names without the prefix “New”. Empty texts are no values. */
export class SoapFields {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: Iterable<readonly [name: string, text: string]>) {
    this.#texts = new Map([...texts].map(([name, text]) => [name.replace(/^New_?/, ''), text.trim()]));
  }

  get names(): string[] {
    return [...this.#texts.keys()];
  }

  text(name: string): string | undefined {
    return this.#texts.get(name) || undefined;
  }

  /** A whole number of either sign; undefined if the text is none. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** A number that cannot be negative: a negative one is a 32-bit number that was printed with a sign. The largest numbers of 32
   * and 64 bits are no values: counters of some routers stick there, and some report them for an unknown rate. */
  count(name: string): number | undefined {
    const value = this.integer(name);
    if (value === undefined || value === 4_294_967_295 || value === -1 || value >= 2 ** 64) return undefined;
    return value >= 0 ? value : value >= -(2 ** 31) ? value + 2 ** 32 : undefined;
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === '1' || text === 'true' || text === 'yes') return true;
    return text === '0' || text === 'false' || text === 'no' ? false : undefined;
  }
}
