import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Reads a file that somebody has named. Throws for a file that is longer, and for one that never ends or never begins,
 * as a named pipe does: a read of it would hold up the whole process. */
export function readBoundedFileSync(path: string, { bytes: maxBytes }: { bytes: number }): Buffer {
  // Opening a pipe would wait for its writer.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new Error(`${path} is a folder, expected a file`);
    // /dev/null is an empty file to many.
    if (!stats.isFile() && !stats.isCharacterDevice()) throw new Error(`${path} is not a regular file`);
    const buffer = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    if (length > maxBytes) throw new Error(`${path} has more than ${maxBytes} bytes`);
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
