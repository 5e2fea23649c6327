import { readdirSync, readFileSync } from 'node:fs';

/** Errors of this process rather than of the file. Any other code means that the file has no value: drivers return
 * whatever they like, from EBUSY to EREMOTEIO, and a failing sensor must not fail the reading. */
const ownLimitCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** Undefined for an error of the kernel; throws any other error. */
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

export const parseFiniteNumber = (text: string | undefined): number | undefined =>
  text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);

/** Reads a small file of /proc or /sys that the kernel serves from memory; undefined if it is missing or can't be read.
 * For files whose driver queries its device, use DriverFileReader. */
export const tryReadTextSync = (path: string, encoding: BufferEncoding = 'utf8'): string | undefined =>
  undefinedOnKernelError(() => readFileSync(path, encoding).trimEnd());

/** Reads a file that contains one number. */
export const tryReadNumberSync = (path: string): number | undefined => parseFiniteNumber(tryReadTextSync(path));

/** The sorted names in a folder; empty if it is missing. */
export const listFolderSync = (path: string): string[] => undefinedOnKernelError(() => readdirSync(path).sort()) ?? [];
