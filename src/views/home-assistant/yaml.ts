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
  // A block's first line must not begin with a space.
  if (value.includes('\n') && !/^\s|\r/.test(value)) return block(value, indent);
  return needsNoQuotes(value) ? value : JSON.stringify(value);
}

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
