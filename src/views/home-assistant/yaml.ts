/** A blueprint's `!input`. */
export class Input {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type Yaml = string | number | boolean | null | undefined | Input | readonly Yaml[] | YamlMap;

export interface YamlMap {
  readonly [key: string]: Yaml;
}

const isMap = (value: Yaml): value is YamlMap => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Input);

/** YAML 1.1, which Home Assistant reads, takes more words for something else than YAML 1.2 does. */
const needsNoQuotes = (text: string) => /^[A-Za-z_]([\w./()+-]|:(?=\w))*( [\w./()+-]+)*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);

const block = (text: string, indent: string) => `|-\n${text.replaceAll(/^(?=.)/gm, indent)}`;

function scalar(value: Exclude<Yaml, readonly Yaml[] | YamlMap>, indent: string): string {
  if (value instanceof Input) return `!input ${value.name}`;
  if (typeof value !== 'string') return String(value ?? null);
  if (value.includes('\n') && fitsBlock(value)) return block(value, indent);
  return needsNoQuotes(value) ? value : quoted(value);
}

/** A block may neither begin nor end with space, nor hold what would end a line or may not stand as it is. */
const fitsBlock = (text: string) => text.trim() === text && /^[\n\x20-\x7e\xa1-\u2027\u202a-\ud7ff]*$/.test(text);

/** JSON is YAML, but for the characters that YAML 1.1 does not print. */
const quoted = (text: string) =>
  JSON.stringify(text).replaceAll(/[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

const deeper = '  ';

function entries(value: YamlMap, indent: string): string {
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return given.map(([key, item]) => `${scalar(key, '')}:${isEmpty(item) || !isNested(item) ? ' ' : `\n${indent}${deeper}`}${node(item, indent + deeper)}`).join(`\n${indent}`);
}

const isNested = (value: Yaml): value is readonly Yaml[] | YamlMap => Array.isArray(value) || isMap(value);
const isEmpty = (value: Yaml) => isNested(value) && Object.keys(value).length === 0;

function node(value: Yaml, indent: string): string {
  if (isMap(value)) return isEmpty(value) ? '{}' : entries(value, indent);
  if (Array.isArray(value)) return isEmpty(value) ? '[]' : value.map((item: Yaml) => `- ${node(item, indent + deeper)}`).join(`\n${indent}`);
  return scalar(value as Exclude<Yaml, readonly Yaml[] | YamlMap>, indent);
}

/** Block-style YAML; what is undefined is left out. */
export const yaml = (value: Yaml): string => `${node(value, '')}\n`;
