import { styleText } from 'node:util';
import { onOneLine, printableColouredLines, printableLines, printableText } from '../lib/printable-text.ts';

type Colour = Parameters<typeof styleText>[0];

const hasColours = () => process.stdout.isTTY && !process.env.NO_COLOR;

/** A line of text, in a colour if standard output is a terminal and NO_COLOR is not set. */
export const colorize = (colour: Colour, text: string): string =>
  hasColours() ? styleText(colour, printableText(text)) : printableText(text);

export const printLine = (line = ''): void =>
  void process.stdout.write(`${hasColours() ? printableColouredLines(line) : printableLines(line)}\n`);
export const printLineToStderr = (line: string): void => void process.stderr.write(`${printableLines(line)}\n`);

/** JSON itself escapes the other control characters. */
export const printJson = (value: unknown): void =>
  void process.stdout.write(
    `${JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]/gu, (control) => `\\u00${control.charCodeAt(0).toString(16)}`)}\n`,
  );

const printMarked = (colour: Colour, mark: string, line: string) =>
  printLine(`${colorize(colour, mark)} ${onOneLine(line)}`);
export const printSuccess = (line: string) => printMarked('green', '✓', line);
export const printFailure = (line: string) => printMarked('red', '✗', line);
/** What can be improved. */
export const printAdvice = (line: string) => printMarked('yellow', '!', line);
/** What is off, or needs nothing to be done. */
export const printNote = (line: string) => printMarked('dim', '–', line);

/** Rows whose columns are as wide as their widest cell; the last column is not padded. */
export function alignColumns(unprintedRows: readonly (readonly string[])[]): string[] {
  const rows = unprintedRows.map((row) => row.map(printableText));
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(cell.length, all[index] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
