/** A blueprint's `!input`. */
export class BlueprintInput {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type YamlValue = string | number | boolean | null | undefined | BlueprintInput | readonly YamlValue[] | YamlMap;

export interface YamlMap {
  readonly [key: string]: YamlValue;
}

const isMap = (value: YamlValue): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BlueprintInput);

/** YAML 1.1, which Home Assistant reads, takes more words for something else than YAML 1.2 does. */
const needsNoQuotes = (text: string) =>
  /^[A-Za-z_]([\w./()+-]|:(?=\w))*( [\w./()+-]+)*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);

const blockText = (text: string, indent: string) => `|-\n${text.replaceAll(/^(?=.)/gm, indent)}`;

function scalar(value: Exclude<YamlValue, readonly YamlValue[] | YamlMap>, indent: string): string {
  if (value instanceof BlueprintInput) return `!input ${value.name}`;
  if (typeof value !== 'string') return String(value ?? null);
  if (value.includes('\n') && fitsBlock(value)) return blockText(value, indent);
  return needsNoQuotes(value) ? value : quotedText(value);
}

/** A block may neither begin nor end with space, nor hold what would end a line or may not stand as it is. */
const fitsBlock = (text: string) => text.trim() === text && /^[\n\x20-\x7e\xa1-\u2027\u202a-\ud7ff]*$/.test(text);

/** JSON is YAML, but for the characters that YAML 1.1 does not print. */
const quotedText = (text: string) =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const indentStep = '  ';

function entries(value: YamlMap, indent: string): string {
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return given
    .map(
      ([key, item]) =>
        `${scalar(key, '')}:${isEmpty(item) || !isNested(item) ? ' ' : `\n${indent}${indentStep}`}${node(item, indent + indentStep)}`,
    )
    .join(`\n${indent}`);
}

const isNested = (value: YamlValue): value is readonly YamlValue[] | YamlMap => Array.isArray(value) || isMap(value);
const isEmpty = (value: YamlValue) => isNested(value) && Object.keys(value).length === 0;

function node(value: YamlValue, indent: string): string {
  if (isMap(value)) return isEmpty(value) ? '{}' : entries(value, indent);
  if (Array.isArray(value))
    return isEmpty(value)
      ? '[]'
      : value.map((item: YamlValue) => `- ${node(item, indent + indentStep)}`).join(`\n${indent}`);
  return scalar(value as Exclude<YamlValue, readonly YamlValue[] | YamlMap>, indent);
}

/** Block-style YAML; what is undefined is left out. */
export const toYaml = (value: YamlValue): string => `${node(value, '')}\n`;
