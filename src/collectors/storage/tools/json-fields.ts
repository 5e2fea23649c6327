/** A JSON object whose keys are compared without case, spaces and underscores: nvme-cli 2.7 has “Temperature” and
 * “Model number”. A value that is missing or can't be understood is undefined: it must not cost the others. */
export class LooselyNamedJsonFields {
  readonly #values: Map<string, unknown>;

  constructor(object: object) {
    this.#values = new Map(Object.entries(object).map(([key, value]) => [normalizeKey(key), value]));
  }

  has(key: string): boolean {
    return this.#values.has(normalizeKey(key));
  }

  get(key: string): unknown {
    return this.#values.get(normalizeKey(key));
  }

  /** A count. */
  bigint(key: string): bigint | undefined {
    const number = parseWholeNumber(this.get(key));
    return number !== undefined && number >= 0n ? number : undefined;
  }

  number(key: string): number | undefined {
    const number = this.bigint(key);
    return number === undefined ? undefined : Number(number);
  }

  /** An unsigned 32-bit number; nvme-cli prints it as a signed one. */
  uint32(key: string): number | undefined {
    const number = this.integer(key);
    return number === undefined || number < -(2 ** 31) || number >= 2 ** 32 ? undefined : number >>> 0;
  }

  /** A whole number that can be negative, such as a temperature. */
  integer(key: string): number | undefined {
    const number = parseWholeNumber(this.get(key));
    return number === undefined ? undefined : Number(number);
  }

  /** Undefined if the number is outside the range of the specification. */
  between(key: string, min: number, max: number): number | undefined {
    const number = this.number(key);
    return number === undefined || number < min || number > max ? undefined : number;
  }
}

const normalizeKey = (key: string) => key.toLowerCase().replaceAll(/[ _]/g, '');

const plainNumber = /^(-?\d+|0x[\da-f]{1,32})(?:[.,]0{6})?$/i;
/** With separators of thousands that can't be a decimal point: any mark but “.” and “,”, or one of these twice. */
const groupedNumber = /^\d{1,3}(?:(?:['\u2019_ \u00a0\u202f]\d{3})+|(?:\.\d{3}){2,}|(?:,\d{3}){2,})$/;

/** Parses 12, "12", "0x0c", "48.765.432", "12.000000" and "12,000000" (nvme-cli 2.1 in the C and other locales). Not
 * "20.046", which nvme-cli 2.3 prints for 20046 in some locales, because it could be a fraction. */
function parseWholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const digits = plainNumber.exec(text)?.[1] ?? (groupedNumber.test(text) ? text.replaceAll(/\D/g, '') : undefined);
  return digits === undefined ? undefined : BigInt(digits);
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
