const mask = '***';

/** Shorter secrets are not redacted, because they are parts of ordinary words. */
const minRedactedLength = 4;
/** Shorter secrets are redacted only as whole words. */
const minLengthWithinWords = 8;
/** V8 takes a second to compile a pattern of 8,000 characters, and overflows its stack with one of 12,000. */
const maxPatternLength = 2000;

const registeredTexts = new Set<string>();
const longTexts = new Set<string>();
let pattern: RegExp | undefined;
const publicTexts = new Set<string>();
let publicPattern: RegExp | undefined;

/** The text as it appears in a URL, in JSON (as in Node's own output of strings), and in Basic authentication. */
function formsOf(text: string): string[] {
  const url = new URL('http://host');
  url.password = text;
  url.pathname = text;
  return [
    text,
    encodeURIComponent(text),
    url.password,
    url.pathname.slice(1),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('base64'),
  ];
}

function patternOf(texts: Iterable<string>, minWithinWords: number): RegExp {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const words = [...texts]
    .sort((a, b) => b.length - a.length)
    .map((text) =>
      text.length < minWithinWords ? `(?<![\\p{L}\\p{N}])${escaped(text)}(?![\\p{L}\\p{N}])` : escaped(text),
    );
  return new RegExp(words.join('|'), 'giu');
}

/** From now on, `redactSecrets` removes this text in all of its forms. */
export function registerSecret(text: string): void {
  for (const form of formsOf(text))
    if (form.length > maxPatternLength) longTexts.add(form);
    else if (form.length >= minRedactedLength) registeredTexts.add(form);
  pattern = undefined;
}

/** From now on, `redactSecrets` keeps this text where it is a whole word. The agent publishes it anyway, so a gap would
 * only tell that it is a secret too. */
export function registerPublicText(text: string): void {
  if (text !== '') publicTexts.add(text);
  publicPattern = undefined;
}

/** Replaces all registered secrets in a text, such as the message of an error. */
export function redactSecrets(fullText: string): string {
  let text = fullText;
  for (const long of longTexts) text = text.replaceAll(long, mask);
  if (registeredTexts.size === 0) return text;
  pattern ??= patternOf(registeredTexts, minLengthWithinWords);
  if (publicTexts.size > 0) publicPattern ??= patternOf(publicTexts, Number.POSITIVE_INFINITY);
  const kept = publicPattern === undefined ? [] : [...text.matchAll(publicPattern)];
  return text.replace(pattern, (found, offset: number) =>
    kept.some(({ 0: word, index }) => index <= offset && offset + found.length <= index + word.length) ? found : mask,
  );
}

/** A password or token that prints as asterisks and is redacted from error messages. */
export class Secret {
  #value: string;
  readonly #readAgain: () => string | undefined;

  /** `readAgain`: for a secret from a file, which may change. */
  constructor(value: string, readAgain: () => string | undefined = () => undefined) {
    this.#value = value;
    this.#readAgain = readAgain;
    registerSecret(value);
  }

  /** The same secret, from a file. */
  from(readAgain: () => string | undefined): Secret {
    return new Secret(this.#value, readAgain);
  }

  /** Reads it again if it is from a file. True if it has changed. */
  refresh(): boolean {
    const value = this.#readAgain();
    if (value === undefined || value === this.#value) return false;
    registerSecret(value);
    this.#value = value;
    return true;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }
}
