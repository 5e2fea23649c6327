/** What an action answered: texts, under names without “New”. Empty texts are no values. */
export class XmlFields {
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

  /** A whole number, of any sign; undefined where it is none. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** What is never below zero: below it is a 32-bit number that was printed with a sign. The largest of 32 and of 64 bits
   * are where counters of some boxes get stuck, and what they say of a rate that they do not know. */
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
