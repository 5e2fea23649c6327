const shown = '***';

/** Letters of the shortest text that is taken out; a shorter one would tear sentences to pieces. */
const shortest = 4;
/** Letters from which on a text is taken out of the middle of a word too. */
const longEnough = 8;

const concealed = new Set<string>();
let pattern: RegExp | undefined;

/** As it stands in a URL, in JSON (Node shows strings in the same way), and in Basic authentication. */
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

function patternOf(texts: Iterable<string>): RegExp {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const words = [...texts]
    .sort((a, b) => b.length - a.length)
    .map((text) =>
      text.length < longEnough ? `(?<![\\p{L}\\p{N}])${escaped(text)}(?![\\p{L}\\p{N}])` : escaped(text),
    );
  return new RegExp(words.join('|'), 'giu');
}

/** From now on `redacted` takes this text out, in whatever form. */
export function registerSecret(text: string): void {
  for (const form of formsOf(text)) if (form.length >= shortest) concealed.add(form);
  pattern = undefined;
}

/** Others’ words, such as those of an error, without any secret of the settings. */
export function redactSecrets(text: string): string {
  if (concealed.size === 0) return text;
  pattern ??= patternOf(concealed);
  return text.replace(pattern, shown);
}

/** A password or token that shows as stars wherever it is printed by accident, and is taken out of what others say. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    registerSecret(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }
}
