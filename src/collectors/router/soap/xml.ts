import { XMLParser } from 'fast-xml-parser';

// Lenient: mismatched tags and HTML pass, so whoever reads asks for the root's name. Numbers stay texts (“154.08”, “007”).
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: true,
  htmlEntities: true,
});

/** What a person can make something of. */
export const excerptOfText = (text: string): string =>
  JSON.stringify(text.trim().replaceAll(/\s+/g, ' ').slice(0, 120));

/** One element of an XML text; names are local ones, without their prefix. */
export class XmlElement {
  readonly name: string;
  readonly #content: unknown;

  constructor(name: string, content: unknown) {
    this.name = name;
    this.#content = content;
  }

  get children(): XmlElement[] {
    if (typeof this.#content !== 'object' || this.#content === null) return [];
    return Object.entries(this.#content).flatMap(([name, content]) =>
      name === '#text'
        ? []
        : (Array.isArray(content) ? content : [content]).map((one: unknown) => new XmlElement(name, one)),
    );
  }

  /** Its own text, trimmed; `''` where there is none. */
  get text(): string {
    const own =
      typeof this.#content === 'object' && this.#content !== null && '#text' in this.#content
        ? this.#content['#text']
        : this.#content;
    return typeof own === 'string' ? own.trim() : '';
  }

  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** A child's text; undefined where it is missing or empty. */
  textOf(name: string): string | undefined {
    return this.child(name)?.text || undefined;
  }

  /** Those of this name at any depth, outermost first. */
  descendants(name: string): XmlElement[] {
    return this.children.flatMap((child) => [...(child.name === name ? [child] : []), ...child.descendants(name)]);
  }
}

/** The root element, which is to have this local name. Throws and shows what was seen. */
export function parseXml(text: string, root: string): XmlElement {
  const found = rootOf(text);
  if (found?.name === root) return found;
  throw new Error(text.trim() === '' ? 'answered nothing' : `answered no ${root}: ${excerptOfText(text)}`);
}

function rootOf(text: string): XmlElement | undefined {
  try {
    return new XmlElement('', parser.parse(text)).children[0];
  } catch (error) {
    throw new Error(`answered no XML: ${excerptOfText(text)}`, { cause: error });
  }
}
