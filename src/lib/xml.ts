import { XMLParser } from 'fast-xml-parser';
import { bounds, type XmlBound } from '../model/bounds.ts';
import { excerptOf } from './excerpt.ts';

// The parser accepts mismatched tags and HTML, so callers check the name of the root. Numbers stay texts (“154.08”,
// “007”).
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: true,
  htmlEntities: true,
});

/** An XML element. Names are local names, without a namespace prefix. */
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
        : (Array.isArray(content) ? content : [content]).map((item: unknown) => new XmlElement(name, item)),
    );
  }

  /** Its own text, trimmed; `''` if there is none. */
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

  /** The text of a child; undefined if it is missing or empty. */
  textOf(name: string): string | undefined {
    return this.child(name)?.text || undefined;
  }

  /** The elements of this name at any depth, outermost first. */
  descendants(name: string): XmlElement[] {
    return this.children.flatMap((child) => [...(child.name === name ? [child] : []), ...child.descendants(name)]);
  }
}

/** The root element, which must have this local name and an end; otherwise the error quotes the text. The parser itself
 * would take half a document, and half a number in it. */
export function parseXml(text: string, root: string, bound: XmlBound = bounds.upnpDocument): XmlElement {
  assertWithin(text, bound);
  const found = rootOf(text);
  if (found?.name === root) {
    if (new RegExp(`</(?:[\\w.-]+:)?${root}\\s*>|<(?:[\\w.-]+:)?${root}\\s*/>`).test(text)) return found;
    throw new Error(`the answer breaks off: ${excerptOf(text)}`);
  }
  throw new Error(
    text.trim() === '' ? 'the answer is empty' : `the answer has no root element <${root}>: ${excerptOf(text)}`,
  );
}

/** The parser takes a time that grows faster than the number of elements, and what walks the tree a stack as deep as
 * it. */
function assertWithin(text: string, { bytes, items, depth: maxDepth }: XmlBound): void {
  const length = Buffer.byteLength(text);
  if (length > bytes) throw new Error(`the answer has ${length} bytes, more than ${bytes}`);
  let count = 0;
  let depth = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
    const next = text[at + 1];
    if (next === '/') depth -= 1;
    else if (next !== '!' && next !== '?') {
      count += 1;
      // An element without an end raises the depth for good, which an answer that is whole does not have.
      if (text[text.indexOf('>', at) - 1] !== '/') depth += 1;
    }
    if (count > items) throw new Error(`the answer has more than ${items} elements`);
    if (depth > maxDepth) throw new Error(`the answer is nested more than ${maxDepth} levels deep`);
  }
}

function rootOf(text: string): XmlElement | undefined {
  try {
    return new XmlElement('', parser.parse(text)).children[0];
  } catch (error) {
    throw new Error(`the answer is not XML: ${excerptOf(text)}`, { cause: error });
  }
}
