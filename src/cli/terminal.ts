import { styleText } from 'node:util';

type Colour = Parameters<typeof styleText>[0];

/** Colours on a terminal only. */
export const paint = (colour: Colour, text: string): string => (process.stdout.isTTY && !process.env.NO_COLOR ? styleText(colour, text) : text);

export const print = (line = ''): void => void process.stdout.write(`${line}\n`);

export const good = (line: string) => print(`${paint('green', '✓')} ${line}`);
export const bad = (line: string) => print(`${paint('red', '✗')} ${line}`);
export const aside = (line: string) => print(`${paint('yellow', '–')} ${line}`);

/** Columns as wide as their widest cell; the last is left as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, index) => Math.max(cell.length, all[index] ?? 0)), []);
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
