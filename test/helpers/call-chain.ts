import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of the program that have called, or await, whoever asks: the innermost first, each once. */
export function callingFiles(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const paths = [...stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+\.ts):\d+/g)].map(([, path = '']) =>
    relative(root, path),
  );
  return union(paths.filter((path) => path.startsWith('src/')));
}

export const union = (...lists: readonly string[][]): string[] => [...new Set(lists.flat())];

/** Calls `look` with the arguments of each call of a method, before the method, until the test ends. */
export function spyOn(owner: object, name: string, look: (...args: unknown[]) => void): void {
  const methods = owner as Record<string, (...args: unknown[]) => unknown>;
  const had = Object.hasOwn(owner, name);
  const original = methods[name] as (...args: unknown[]) => unknown;
  methods[name] = function (this: unknown, ...args: unknown[]) {
    look(...args);
    return original.apply(this, args);
  };
  onTestFinished(() => {
    if (had) methods[name] = original;
    else delete methods[name];
  });
}

/** For `scripts/source-shape.mjs`, which prints them. */
export function reportHops(what: string, files: readonly string[]): void {
  if (process.env.HOPS_FILE !== undefined)
    appendFileSync(process.env.HOPS_FILE, `${JSON.stringify({ what, files })}\n`);
}
