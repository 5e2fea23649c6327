import { excerptOf } from '../../../lib/excerpt.ts';
import { bounds } from '../../../model/bounds.ts';
import { parseJsonWithin } from '../../../model/json.ts';

/** A string, or what stands without quotes. */
const jsonToken = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+/gs;
/** A literal or number of JSON (RFC 8259); of a whole one with more digits than a double can hold, digits would be
 * lost. */
const exactLiteral = /^(true|false|null|(?!-?\d{16,}$)-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/;

/** Turns whatever else stands without quotes (`nan`, `0x04`, big numbers) into strings, so that it costs only its
 * field, and control characters, which nvme-cli 1.x leaves in strings, into spaces. */
const quoteInexactTokens = (text: string) =>
  text.replace(jsonToken, (token) => {
    if (token.startsWith('"')) return [...token].map((letter) => (letter < ' ' ? ' ' : letter)).join('');
    return exactLiteral.test(token) ? token : `"${token.replaceAll('\\', '')}"`;
  });

/** Lines at which the JSON is looked for: a few of other text may look like its beginning. */
const maxAttempts = 20;

/** Parses the JSON in a command's output. Some versions print other text before it. Throws an error with an excerpt of
 * the output. */
export function parseJsonOutput(text: string): unknown {
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  let attempts = 0;
  // Within a line: across empty ones the search would take a time that is quadratic in them.
  for (const { index } of text.matchAll(/^[^\S\n]*[{[]/gm)) {
    attempts += 1;
    if (attempts > maxAttempts) break;
    try {
      return parseJsonWithin(quoteInexactTokens(text.slice(index, end).trimStart()), bounds.commandOutput);
    } catch {
      // The JSON may start at a later line.
    }
  }
  throw new Error(text.trim() === '' ? 'the output is empty' : `the output is not JSON: ${excerptOf(text)}`);
}
