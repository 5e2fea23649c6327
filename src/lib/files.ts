import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel answers where it has nothing to say: no such file, no such device, not now. */
const nothing = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'EIO', 'EINVAL', 'EAGAIN', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'ENODATA', 'EISDIR']);

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && nothing.has(String(error.code))) return undefined;
    throw error;
  }
}

/** A small file of /proc or /sys, which answers from memory: read at once, undefined where it is missing or silent. */
export const readText = (path: string): string | undefined => orNothing(() => readFileSync(path, 'utf8').trimEnd());

/** A file that holds one number. */
export function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

/** The names in a folder, sorted; none where it is missing. */
export const list = (path: string): string[] => orNothing(() => readdirSync(path).sort()) ?? [];
