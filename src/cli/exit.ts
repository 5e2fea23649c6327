/** Settles at the first SIGTERM or SIGINT with its name; a second one ends the program at once. */
let told: Promise<string> | undefined;

export function ending(): Promise<string> {
  told ??= new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
  return told;
}

/** Ends the program though a reading may still hang. */
export const exit = (status: number): never => process.exit(status);
