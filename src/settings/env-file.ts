/** The variables of a settings file, and what is wrong with its lines. */
export interface ParsedEnvFile {
  variables: Record<string, string>;
  /** Each begins with the line number; without values, which may be secrets. */
  problems: string[];
}

const assignmentPattern = /^\s*(?:export\s+)?([\p{L}_][\p{L}\p{N}_.-]*)(?:\s*=|:(?=\s|$))\s*(.*)$/su;
const quotationMarks = ['"', "'", '`'];
/** A comment begins at a `#` after a blank, so that a password may contain one. */
const commentPattern = /(^|\s)#.*$/s;

interface Value {
  text: string;
  /** Lines that it takes up. */
  lines: number;
}

/** The value in quotation marks that begins in the first of these lines; undefined if nothing but a comment may follow and does not, or
 * the closing mark is missing. */
function quotedValue(first: string, following: readonly string[]): Value | undefined {
  const mark = quotationMarks.find((one) => first.startsWith(one));
  if (mark === undefined) return undefined;
  const closingMark = new RegExp(`(?<!\\\\)${mark}`);
  const lines = [first.slice(1), ...following];
  for (const [index, line] of lines.entries()) {
    const end = line.search(closingMark);
    if (end === -1) continue;
    if (!/^\s*(#.*)?$/s.test(line.slice(end + 1))) return undefined;
    const text = [...lines.slice(0, index), line.slice(0, end)].join('\n');
    // As in Docker Compose, only double quotes have escapes.
    return { text: mark === '"' ? text.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : text, lines: index + 1 };
  }
  return undefined;
}

/** Parses lines of `NAME=value`, with or without `export`, with values in quotation marks, also over several lines. A later line
 * replaces an earlier one of the same name. */
export function parseEnvFile(content: string): ParsedEnvFile {
  // A byte order mark is what editors on Windows begin a file with.
  const lines = content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const variables: Record<string, string> = {};
  const problems: string[] = [];
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? '';
    index += 1;
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest = ''] = assignmentPattern.exec(line) ?? [];
    if (name === undefined) {
      problems.push(`line ${index}: ${describeWrongLine(line)}`);
      continue;
    }
    const quoted = quotedValue(rest, lines.slice(index));
    variables[name] = quoted?.text ?? rest.replace(commentPattern, '').trim();
    if (quoted !== undefined) index += quoted.lines - 1;
  }
  return { variables, problems };
}

/** Shows only a word that looks like the name of a setting. */
function describeWrongLine(line: string): string {
  const name = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)(?=\s|$)/.exec(line)?.[1];
  return name === undefined ? 'expected NAME=value, or # before a comment' : `expected ${name}=value`;
}
