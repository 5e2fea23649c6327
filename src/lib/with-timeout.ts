import { TranslatableError } from '../model/translatable-error.ts';

/** Something did not answer in time. */
export class NoAnswerError extends TranslatableError {}

/** Rejects with a NoAnswerError after the timeout. The operation behind the promise is not cancelled. */
export async function withTimeout<T>(timeoutMs: number, answer: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new NoAnswerError(`${name}: no answer in ${Math.round(timeoutMs / 100) / 10} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
