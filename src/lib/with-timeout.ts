export class NoAnswerError extends Error {}

/** Gives up waiting, not asking: what even a kill does not end is left behind. */
export async function withTimeout<T>(milliseconds: number, answer: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new NoAnswerError(`${name}: no answer in ${Math.round(milliseconds / 100) / 10} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([answer, end]);
  } finally {
    clearTimeout(timer);
  }
}
