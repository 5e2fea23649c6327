/** A JSON object whose keys are compared without case, spaces and underscores: nvme-cli 2.7 has “Temperature” and
 * “Model number”. */
export class LooselyNamedJsonFields {
  readonly #values: Map<string, unknown>;
  readonly #subject: string;

  constructor(object: object, subject: string) {
    this.#values = new Map(Object.entries(object).map(([key, value]) => [normalizeKey(key), value]));
    this.#subject = subject;
  }

  has(key: string): boolean {
    return this.#values.has(normalizeKey(key));
  }

  get(key: string): unknown {
    return this.#values.get(normalizeKey(key));
  }

  /** A count; undefined if the key is missing. Throws if the value is not a whole number or is negative. */
  bigint(key: string): bigint | undefined {
    const number = this.#whole(key);
    if (number !== undefined && number < 0n) throw this.#error(key, 'which is negative');
    return number;
  }

  number(key: string): number | undefined {
    const number = this.bigint(key);
    return number === undefined ? undefined : Number(number);
  }

  /** An unsigned 32-bit number; nvme-cli prints it as a signed one. */
  uint32(key: string): number | undefined {
    const number = this.integer(key);
    if (number !== undefined && (number < -(2 ** 31) || number >= 2 ** 32))
      throw this.#error(key, 'which does not fit in 32 bits');
    return number === undefined ? undefined : number >>> 0;
  }

  /** A whole number that can be negative, such as a temperature. */
  integer(key: string): number | undefined {
    const number = this.#whole(key);
    return number === undefined ? undefined : Number(number);
  }

  /** Undefined if the number is outside the range of the specification. */
  between(key: string, min: number, max: number): number | undefined {
    const number = this.number(key);
    return number === undefined || number < min || number > max ? undefined : number;
  }

  #whole(key: string): bigint | undefined {
    const value = this.get(key);
    if (value === undefined || value === null) return undefined;
    const number = parseWholeNumber(value);
    if (number === undefined) throw this.#error(key, 'which is not a whole number');
    return number;
  }

  #error(key: string, reason: string): Error {
    return new Error(`${this.#subject}: ${key} is ${JSON.stringify(this.get(key)).slice(0, 120)}, ${reason}`);
  }
}

const normalizeKey = (key: string) => key.toLowerCase().replaceAll(/[ _]/g, '');

/** Parses 12, "12", "12.000000" and "12,000000" (nvme-cli 2.1 in the C and other locales). Not "20.046", which nvme-cli
 * 2.3 prints for 20046 in some locales, because it could be a fraction. */
function parseWholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const digits = typeof value === 'string' ? /^\s*(-?\d+)(?:[.,]0{6})?\s*$/.exec(value)?.[1] : undefined;
  return digits === undefined ? undefined : BigInt(digits);
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
