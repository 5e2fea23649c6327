import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { parseFiniteNumber, undefinedForKernelError } from './files.ts';
import { NoAnswerError, withTimeout } from './with-timeout.ts';

/** Timeouts for one file and for all files of a reading. */
const answerTimeoutMs = 2000;
const totalTimeoutMs = 5000;
/** Threads of libuv's pool, which has four and also serves DNS lookups and all other file access. */
const maxUnanswered = 2;
/** Maximum size of a file in /sys. */
const pageBytes = 4096;

const promisified = { open: promisify(open), read: promisify(read), close: promisify(close) };

async function readPage(path: string): Promise<string> {
  const file = await promisified.open(path, 'r');
  try {
    const { bytesRead, buffer } = await promisified.read(file, Buffer.allocUnsafe(pageBytes), 0, pageBytes, null);
    return buffer.toString('utf8', 0, bytesRead).trimEnd();
  } finally {
    await promisified.close(file);
  }
}

/** Reads small files of /sys for which the driver queries its device. A read can take long, or never end if a bus or
 * firmware is stuck. Files are read one after the other, in libuv's pool. A file whose read is pending is not read
 * again, and with two pending reads no other file is read. */
export class DriverFileReader {
  readonly #unanswered = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();
  #deadline = Number.POSITIVE_INFINITY;

  /** Starts a reading and its total timeout. */
  begin(): void {
    this.#deadline = performance.now() + totalTimeoutMs;
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

  async number(path: string): Promise<number | undefined> {
    return parseFiniteNumber(await this.text(path));
  }

  async #ask(path: string): Promise<string | undefined> {
    const timeoutMs = Math.min(answerTimeoutMs, this.#deadline - performance.now());
    if (this.#unanswered.has(path)) throw new NoAnswerError(`${path}: does not answer`);
    if (this.#unanswered.size >= maxUnanswered || timeoutMs <= 0)
      throw new NoAnswerError(`${path}: not read, because reads of other files have not returned`);
    this.#unanswered.add(path);
    const answer = readPage(path)
      .catch(undefinedForKernelError)
      .finally(() => this.#unanswered.delete(path));
    return withTimeout(timeoutMs, answer, path);
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
