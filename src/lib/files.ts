import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statfsSync } from 'node:fs';
import { spareDescriptors } from './open-file-limit.ts';

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
 * For files whose driver queries its device, use SlowSysfsFileReader. */
export const tryReadTextSync = (path: string, encoding: BufferEncoding = 'utf8'): string | undefined =>
  undefinedOnKernelError(() => readFileSync(path, encoding).trimEnd());

/** Reads a file that contains one number. */
export const tryReadNumberSync = (path: string): number | undefined => parseFiniteNumber(tryReadTextSync(path));

/** The sorted names in a folder; empty if it is missing. */
export const listFolderSync = (path: string): string[] => undefinedOnKernelError(() => readdirSync(path).sort()) ?? [];

/** Magic numbers of the file systems proc and sysfs (linux/magic.h). */
const kernelFilesystems = new Set([0x9fa0, 0x62656572]);

/** Whether the kernel makes up the file's content at each read. Other files, such as those of a recorded machine, may
 * be replaced, and their descriptors would go on with what was there before. */
export const isKernelFile = (path: string): boolean => kernelFilesystems.has(statfsSync(path).type);

/** Descriptors by path, up to a number, and to a quarter of what is to spare: some systems allow a process 64 open
 * files, or less. */
export class OpenDescriptorCache {
  readonly #most: number;
  readonly #byPath = new Map<string, number>();

  constructor(most: number) {
    this.#most = Math.min(most, Math.floor(spareDescriptors / 4));
  }

  get isFull(): boolean {
    return this.#byPath.size >= this.#most;
  }

  get(path: string): number | undefined {
    return this.#byPath.get(path);
  }

  keep(path: string, descriptor: number): void {
    this.#byPath.set(path, descriptor);
  }

  /** Closes the files in a folder, but for those that are being read. */
  dropIn(folder: string, beingRead: ReadonlySet<string> = new Set()): void {
    for (const path of this.#byPath.keys()) if (path.startsWith(`${folder}/`) && !beingRead.has(path)) this.drop(path);
  }

  /** Closes the file; a read of a device that is gone fails with ENODEV, even if another one has its name now. */
  drop(path: string): void {
    const descriptor = this.#byPath.get(path);
    if (descriptor === undefined) return;
    this.#byPath.delete(path);
    closeSync(descriptor);
  }
}

/** Of the process, as the number of files that it may open is. */
const openFiles = new OpenDescriptorCache(32);
const chunk = Buffer.allocUnsafeSlow(16 * 1024);

function readFromStart(descriptor: number, encoding: BufferEncoding): string {
  let text = '';
  // The kernel ends a read at a line's end, with as much as one page.
  for (let position = 0; ; ) {
    const length = readSync(descriptor, chunk, 0, chunk.length, position);
    if (length === 0) return text.trimEnd();
    text += chunk.toString(encoding, 0, length);
    position += length;
  }
}

/** Closes the files in a folder that are kept open: where a device can be renamed, they go with it. */
export const closeFilesKeptOpenIn = (folder: string): void => openFiles.dropIn(folder);

/** As `tryReadTextSync`, for a file that is read in every cycle: it stays open, since to read it again costs a third of
 * opening, reading and closing it. */
export function tryReadTextKeepOpenSync(path: string, encoding: BufferEncoding = 'utf8'): string | undefined {
  const open = openFiles.get(path);
  if (open !== undefined) {
    try {
      return readFromStart(open, encoding);
    } catch {
      openFiles.drop(path);
    }
  }
  // An error costs more than a look.
  if (!existsSync(path)) return undefined;
  try {
    if (openFiles.isFull || !isKernelFile(path)) return tryReadTextSync(path, encoding);
    const descriptor = openSync(path, 'r');
    openFiles.keep(path, descriptor);
    return readFromStart(descriptor, encoding);
  } catch (error) {
    openFiles.drop(path);
    return undefinedForKernelError(error);
  }
}
