/** A JSON object whose keys are compared without case, blanks and underscores: nvme-cli 2.7 has “Temperature” and “Model number”. */
export class JsonFields {
  readonly #values: Map<string, unknown>;
  readonly #subject: string;

  constructor(object: object, subject: string) {
    this.#values = new Map(Object.entries(object).map(([key, value]) => [plain(key), value]));
    this.#subject = subject;
  }

  has(key: string): boolean {
    return this.#values.has(plain(key));
  }

  get(key: string): unknown {
    return this.#values.get(plain(key));
  }

  /** A count, however it was written; undefined where there is none. Throws on what can't be understood. */
  bigint(key: string): bigint | undefined {
    const number = this.#whole(key);
    if (number !== undefined && number < 0n) throw this.#error(key, 'which is below zero');
    return number;
  }

  number(key: string): number | undefined {
    const number = this.bigint(key);
    return number === undefined ? undefined : Number(number);
  }

  /** A number of 32 bits; nvme-cli prints those from 2^31 on as if they had a sign. */
  uint32(key: string): number | undefined {
    const number = this.integer(key);
    if (number !== undefined && (number < -(2 ** 31) || number >= 2 ** 32))
      throw this.#error(key, 'which is no number of 32 bits');
    return number === undefined ? undefined : number >>> 0;
  }

  /** A number that may be below zero: degrees. */
  integer(key: string): number | undefined {
    const number = this.#whole(key);
    return number === undefined ? undefined : Number(number);
  }

  /** Undefined outside of what the specification allows. */
  between(key: string, min: number, max: number): number | undefined {
    const number = this.number(key);
    return number === undefined || number < min || number > max ? undefined : number;
  }

  #whole(key: string): bigint | undefined {
    const value = this.get(key);
    if (value === undefined || value === null) return undefined;
    const number = wholeNumber(value);
    if (number === undefined) throw this.#error(key, 'which is no whole number');
    return number;
  }

  #error(key: string, why: string): Error {
    return new Error(`${this.#subject}: ${key} is ${JSON.stringify(this.get(key)).slice(0, 120)}, ${why}`);
  }
}

const plain = (key: string) => key.toLowerCase().replaceAll(/[ _]/g, '');

/** 12, "12", "12.000000" and "12,000000" (nvme-cli 2.1 in the C and other locales). Not "20.046": nvme-cli 2.3 groups digits
 * so where the locale wants it, and nobody could tell it from a fraction. */
function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const digits = typeof value === 'string' ? /^\s*(-?\d+)(?:[.,]0{6})?\s*$/.exec(value)?.[1] : undefined;
  return digits === undefined ? undefined : BigInt(digits);
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
