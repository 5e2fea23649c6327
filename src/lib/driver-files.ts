import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { parseNumber, undefinedForKernelError } from './files.ts';
import { NoAnswerError, withTimeout } from './with-timeout.ts';

/** Milliseconds that one file is waited for, and all files of a reading. */
const answerTimeoutMs = 2000;
const totalTimeoutMs = 5000;
/** Of the four threads of libuv's pool, which also look up names and do all other work on files. */
const maxUnanswered = 2;
/** A file of /sys is never longer. */
const pageBytes = 4096;

const calls = { open: promisify(open), read: promisify(read), close: promisify(close) };

async function contentOf(path: string): Promise<string> {
  const file = await calls.open(path, 'r');
  try {
    const { bytesRead, buffer } = await calls.read(file, Buffer.allocUnsafe(pageBytes), 0, pageBytes, null);
    return buffer.toString('utf8', 0, bytesRead).trimEnd();
  } finally {
    await calls.close(file);
  }
}

/** Small files of /sys behind which a driver asks its device: that may take long, or for ever where a bus or the firmware is
 * stuck. They are asked one after the other, in libuv's pool. One that does not answer is not asked again until it has, and
 * with two of them no other is. */
export class DriverFiles {
  readonly #unanswered = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #end = Number.POSITIVE_INFINITY;

  /** A reading begins: its files are waited for from now on. */
  begin(): void {
    this.#end = performance.now() + totalTimeoutMs;
  }

  /** Paths of those that are waited for. */
  get unanswered(): readonly string[] {
    return [...this.#unanswered];
  }

  /** Undefined where it is missing or silent; rejects with NoAnswer. */
  text(path: string): Promise<string | undefined> {
    const answer = this.#turn.then(() => this.#ask(path));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async number(path: string): Promise<number | undefined> {
    return parseNumber(await this.text(path));
  }

  async #ask(path: string): Promise<string | undefined> {
    const timeoutMs = Math.min(answerTimeoutMs, this.#end - performance.now());
    if (this.#unanswered.has(path)) throw new NoAnswerError(`${path}: does not answer`);
    if (this.#unanswered.size >= maxUnanswered || timeoutMs <= 0)
      throw new NoAnswerError(`${path}: not asked, because others do not answer in time`);
    this.#unanswered.add(path);
    const answer = contentOf(path)
      .catch(undefinedForKernelError)
      .finally(() => this.#unanswered.delete(path));
    return withTimeout(timeoutMs, answer, path);
  }
}

/** Undefined also where there is no answer. */
export async function undefinedIfUnanswered<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoAnswerError) return undefined;
    throw error;
  }
}
