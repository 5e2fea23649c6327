import { parse } from 'dotenv';
import { type SettingErrorTexts, settingErrorTexts } from '../model/setting-error-texts.ts';

/** The variables of a settings file, and what is wrong with its lines. */
export interface ParsedEnvFile {
  variables: Record<string, string>;
  /** Each begins with the line number; without values, which may be secrets. */
  problems: string[];
}

/** What dotenv takes for a setting. */
const assignmentPattern = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:(?=\s|$))\s*(.*)$/s;
/** dotenv ends a value without quotation marks at any `#`; a password may contain one. Here a comment begins after a
 * blank. */
const commentPattern = /(^|\s)#.*$/s;

/** Parses lines of `NAME=value`, with or without `export`, with values in quotation marks, also over several lines. A
 * later line replaces an earlier one of the same name. */
export function parseEnvFile(content: string, texts = settingErrorTexts): ParsedEnvFile {
  if (content.includes('\0')) return { variables: {}, problems: [texts.wrongLine(1, texts.notUtf8)] };
  // A byte order mark is what editors on Windows begin a file with.
  const lines = content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const problems: string[] = [];
  const settings: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value = ''] = assignmentPattern.exec(line) ?? [];
    const quotedLines = countQuotedLines(value, lines.slice(index + 1));
    if (name === undefined) {
      problems.push(texts.wrongLine(index + 1, describeWrongLine(line, texts)));
    } else if (quotedLines === 0) {
      settings.push(withoutComment(name, value));
    } else {
      settings.push(...lines.slice(index, index + quotedLines));
      index += quotedLines - 1;
    }
  }
  return { variables: parse(settings.join('\n')), problems };
}

/** How many lines a value in quotation marks takes up; 0 if it has none, the closing one is missing, or something other
 * than a comment follows it. */
function countQuotedLines(first: string, following: readonly string[]): number {
  const mark = ['"', "'", '`'].find((one) => first.startsWith(one));
  if (mark === undefined) return 0;
  const closingMark = new RegExp(`(?<!\\\\)${mark}`);
  const lines = [first.slice(1), ...following];
  const last = lines.findIndex((line) => closingMark.test(line));
  const rest = lines[last]?.slice(lines[last].search(closingMark) + 1);
  return rest !== undefined && /^\s*(#.*)?$/s.test(rest) ? last + 1 : 0;
}

/** The setting as dotenv reads it back, also with a `#` in its value. */
function withoutComment(name: string, valueAndComment: string): string {
  const value = valueAndComment.replace(commentPattern, '').trim();
  const mark = value.includes('#') ? ["'", '`'].find((one) => !value.includes(one)) : undefined;
  return `${name}=${mark ?? ''}${value}${mark ?? ''}`;
}

/** Shows only a word that looks like the name of a setting. */
function describeWrongLine(line: string, texts: SettingErrorTexts): string {
  const name = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)(?=\s|$)/.exec(line)?.[1];
  return name === undefined ? texts.expectedSetting : texts.expectedValueOf(name);
}
