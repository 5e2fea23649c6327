import { readdirSync, readFileSync } from 'node:fs';

/** Our own limits. Any other code is the kernel's way to have nothing to say: drivers answer with whatever there is, from
 * EBUSY to EREMOTEIO, and one sensor that stumbles is not the end of a reading. */
const ours = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** What an error in reading stands for; throws what is no answer of the kernel's. */
export function nothing(error: unknown): undefined {
  if (error instanceof Error && 'syscall' in error && 'code' in error && !ours.has(String(error.code))) return undefined;
  throw error;
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return nothing(error);
  }
}

export const numberIn = (text: string | undefined): number | undefined => (text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text));

/** A small file of /proc or /sys, which answers from memory: read at once, undefined where it is missing or silent. One behind
 * which a driver asks its device is for DriverFiles. */
export const readText = (path: string): string | undefined => orNothing(() => readFileSync(path, 'utf8').trimEnd());

/** A file that holds one number. */
export const readNumber = (path: string): number | undefined => numberIn(readText(path));

/** The names in a folder, sorted; none where it is missing. */
export const list = (path: string): string[] => orNothing(() => readdirSync(path).sort()) ?? [];
