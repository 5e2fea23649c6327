import { excerptOf } from '../../../lib/excerpt.ts';

/** A string, or a whole number with more digits than a double can hold. */
const jsonToken = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs;

/** Turns big numbers into strings, so that no digit is lost, and control characters, which nvme-cli 1.x leaves in
 * strings, into spaces. */
const quoteBigNumbers = (text: string) =>
  text.replace(jsonToken, (token) =>
    token.startsWith('"') ? [...token].map((letter) => (letter < ' ' ? ' ' : letter)).join('') : `"${token}"`,
  );

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
      return JSON.parse(quoteBigNumbers(text.slice(index, end).trimStart()));
    } catch {
      // The JSON may start at a later line.
    }
  }
  throw new Error(text.trim() === '' ? 'the output is empty' : `the output is not JSON: ${excerptOf(text)}`);
}
