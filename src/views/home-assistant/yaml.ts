import { Document, Scalar, type Tags, visit } from 'yaml';

export type YamlValue = string | number | boolean | null | undefined | Scalar | readonly YamlValue[] | YamlMap;

export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** What YAML 1.1 lets stand in a text as it is (section 5.1), but for its further line breaks and no-break space. */
const printable = /^[\n\x20-\x7e\xa1-\u2027\u202a-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
const unprintable = /[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g;
const loneSurrogate = /\p{Cs}/gu;

/** Whether PyYAML reads a text without quotes as it was: no block that begins or ends with space, and neither of the
 * two texts that are a type of their own. */
const isReadPlain = (text: string) =>
  printable.test(text) && !/^(=|<<)$/.test(text) && (text.trim() === text || !text.includes('\n'));

/** No text is a merge key: the library would write a plain << for it. */
const withoutMerge = (tags: Tags) =>
  tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge');

const unicodeEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** YAML 1.1, which Home Assistant reads: members that are undefined are left out, and no value refers to another. */
export function toYaml(value: YamlValue): string {
  const document = new Document(value, { version: '1.1', customTags: withoutMerge, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      const text = node.value.replaceAll(loneSurrogate, '\ufffd');
      node.value = text;
      if (!isReadPlain(text)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, blockQuote: 'literal' }).replaceAll(unprintable, unicodeEscape);
}
