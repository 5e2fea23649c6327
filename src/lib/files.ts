import { readdirSync, readFileSync } from 'node:fs';

/** Our own limits. Any other code is the kernel's way to have nothing to say: drivers answer with whatever there is, from
 * EBUSY to EREMOTEIO, and one sensor that stumbles is not the end of a reading. */
const ownLimitCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** What an error in reading stands for; throws what is no answer of the kernel's. */
export function undefinedForKernelError(error: unknown): undefined {
  if (error instanceof Error && 'syscall' in error && 'code' in error && !ownLimitCodes.has(String(error.code)))
    return undefined;
  throw error;
}

function undefinedOnKernelError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return undefinedForKernelError(error);
  }
}

export const parseNumber = (text: string | undefined): number | undefined =>
  text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);

/** A small file of /proc or /sys, which answers from memory: read at once, undefined where it is missing or silent. One behind
 * which a driver asks its device is for DriverFiles. */
export const readText = (path: string): string | undefined =>
  undefinedOnKernelError(() => readFileSync(path, 'utf8').trimEnd());

/** A file that holds one number. */
export const readNumber = (path: string): number | undefined => parseNumber(readText(path));

/** The names in a folder, sorted; none where it is missing. */
export const listFolder = (path: string): string[] => undefinedOnKernelError(() => readdirSync(path).sort()) ?? [];
