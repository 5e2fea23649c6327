import { TranslatableError } from '../model/translatable-error.ts';
import type { AnyTranslatableText } from '../model/translation.ts';

/** Something did not answer in time. */
export class NoAnswerError extends TranslatableError {}

/** Rejects with a NoAnswerError after the timeout, unless the answer came while this process had no processor time. The
 * operation behind the promise is not cancelled. `asked`: what is asked, by its name, or what to say if it does not
 * answer. */
export async function withTimeout<T>(timeoutMs: number, answer: Promise<T>, asked: AnyTranslatableText): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const unanswered =
      typeof asked === 'string' ? `${asked}: no answer in ${Math.round(timeoutMs / 100) / 10} s` : asked;
    // Of what is due at the same time, timers come first in the event loop, then answers, then what is set immediate.
    timer = setTimeout(() => setImmediate(() => reject(new NoAnswerError(unanswered))), timeoutMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
