/** Text that is HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlContent = Html | string | number | undefined | readonly HtmlContent[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes markup; replaces control characters and those that reorder the text around them (UAX #9). */
const escapeHtml = (text: string) =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');

function contentToHtml(content: HtmlContent): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  return Array.isArray(content) ? content.map(contentToHtml).join('') : escapeHtml(String(content));
}

/** A template that escapes its values unless they are HTML. Attributes with values must be in double quotes. */
export const html = (parts: TemplateStringsArray, ...values: HtmlContent[]): Html =>
  new Html(String.raw({ raw: parts }, ...values.map(contentToHtml)));
