import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { runCommand } from './command.ts';
import {
  isKernelFile,
  listFolderSync,
  OpenDescriptorCache,
  parseFiniteNumber,
  undefinedForKernelError,
} from './files.ts';
import { callKernelOrChildProcess } from './kernel-call.ts';
import { NoAnswerError, withTimeout } from './with-timeout.ts';

/** Timeout for one file, and for all files of a reading until the last one is begun. */
const answerTimeoutMs = 2000;
const lastBeginMs = 3000;
/** How long it is remembered what is there, and what it is called. */
const layoutAgeMs = 60_000;
/** Until a child process is killed and its file is read again. */
const childTimeoutSeconds = 10;
/** Maximum size of a file in /sys. */
const pageBytes = 4096;

const promisified = { open: promisify(open), read: promisify(read), close: promisify(close) };

/** Of the process, as the number of files that it may open is. */
const openFiles = new OpenDescriptorCache(8);

async function readDescriptor(descriptor: number, position: number | null): Promise<string> {
  const { bytesRead, buffer } = await promisified.read(
    descriptor,
    Buffer.allocUnsafe(pageBytes),
    0,
    pageBytes,
    position,
  );
  return buffer.toString('utf8', 0, bytesRead).trimEnd();
}

/** Keeps files open: each of opening, reading and closing is a task for another thread. */
async function readPage(path: string): Promise<string | undefined> {
  const kept = openFiles.get(path);
  if (kept !== undefined) {
    try {
      return await readDescriptor(kept, 0);
    } catch {
      openFiles.drop(path);
    }
  }
  const descriptor = await promisified.open(path, 'r');
  if (!openFiles.isFull && isKernelFile(path)) {
    openFiles.keep(path, descriptor);
    return readDescriptor(descriptor, 0);
  }
  try {
    return await readDescriptor(descriptor, null);
  } finally {
    await promisified.close(descriptor);
  }
}

/** Rejects with a CommandError after a time in which nobody waits for the answer any longer. */
async function readPageInChildProcess(path: string): Promise<string | undefined> {
  const { stdout, status } = await runCommand('cat', [path], { seconds: childTimeoutSeconds });
  return status === 0 ? stdout : undefined;
}

/** What is said of files that are not read. */
export const slowFileTexts = {
  fileLate: (path: string, seconds: number) => `${path}: no answer in ${seconds} s`,
  fileSilent: (path: string) => `${path}: does not answer`,
  fileSkipped: (path: string) => `${path}: not read, because other files took too long`,
};

/** Reads small files of /sys for which the driver queries its device. A read can take long, or never end if a bus or
 * firmware is stuck. A file whose read is pending is not read again. What is there, and what it is called, is looked at
 * again only every minute. */
export class SlowSysfsFileReader {
  readonly #unanswered = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #lists = new Map<string, readonly string[]>();
  readonly #constants = new Map<string, string | undefined>();
  #layoutReadAt = performance.now();
  #begunAt = performance.now();

  /** Starts a reading and its total timeout. */
  begin(): void {
    this.#begunAt = performance.now();
    if (this.#begunAt - this.#layoutReadAt < layoutAgeMs) return;
    this.#lists.clear();
    this.#constants.clear();
    this.#layoutReadAt = this.#begunAt;
  }

  /** Closes the files in a folder that are kept open: where a device can be renamed, they go with it. */
  closeFilesKeptOpenIn(folder: string): void {
    openFiles.dropIn(folder, this.#unanswered);
  }

  /** The sorted names in a folder; empty if it is missing. */
  list(folder: string): readonly string[] {
    const names = this.#lists.get(folder) ?? listFolderSync(folder);
    this.#lists.set(folder, names);
    return names;
  }

  /** Paths of the files whose reads are pending. */
  get unanswered(): readonly string[] {
    return [...this.#unanswered];
  }

  /** Undefined if the file is missing or the kernel returns an error; rejects with NoAnswerError after the timeout. */
  text(path: string): Promise<string | undefined> {
    const answer = this.#queue.then(() => this.#ask(path));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  /** As `text`, for a file that always says the same, such as the name of a sensor. */
  async constant(path: string): Promise<string | undefined> {
    if (!this.#constants.has(path)) this.#constants.set(path, await this.text(path));
    return this.#constants.get(path);
  }

  async number(path: string): Promise<number | undefined> {
    return parseFiniteNumber(await this.text(path));
  }

  async #ask(path: string): Promise<string | undefined> {
    if (this.#unanswered.has(path)) throw new NoAnswerError((texts = slowFileTexts) => texts.fileSilent(path));
    if (performance.now() - this.#begunAt > lastBeginMs)
      throw new NoAnswerError((texts = slowFileTexts) => texts.fileSkipped(path));
    this.#unanswered.add(path);
    const answer = callKernelOrChildProcess(
      () => readPage(path),
      () => readPageInChildProcess(path),
    )
      .catch(undefinedForKernelError)
      .finally(() => this.#unanswered.delete(path));
    return withTimeout(answerTimeoutMs, answer, (texts = slowFileTexts) =>
      texts.fileLate(path, answerTimeoutMs / 1000),
    );
  }
}

/** Undefined instead of a NoAnswerError. */
export async function undefinedIfUnanswered<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoAnswerError) return undefined;
    throw error;
  }
}
