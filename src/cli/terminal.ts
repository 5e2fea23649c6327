import { styleText } from 'node:util';

type Colour = Parameters<typeof styleText>[0];

/** Text in a colour if standard output is a terminal and NO_COLOR is not set. */
export const colorize = (colour: Colour, text: string): string =>
  process.stdout.isTTY && !process.env.NO_COLOR ? styleText(colour, text) : text;

export const printLine = (line = ''): void => void process.stdout.write(`${line}\n`);

export const printSuccess = (line: string) => printLine(`${colorize('green', '✓')} ${line}`);
export const printFailure = (line: string) => printLine(`${colorize('red', '✗')} ${line}`);
/** What can be improved. */
export const printAdvice = (line: string) => printLine(`${colorize('yellow', '!')} ${line}`);
/** What is off, or needs nothing to be done. */
export const printNote = (line: string) => printLine(`${colorize('dim', '–')} ${line}`);

/** Rows whose columns are as wide as their widest cell; the last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
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
