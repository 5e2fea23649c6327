/** Why some of standard output is lost. A reader that wants no more of it, as `head`, loses nothing. */
let loss: NodeJS.ErrnoException | undefined;

/** Keeps the program alive though its output can't be written: `| tee` ended, the terminal is closed, a disk is full. Without a
 * listener Node would end it at the next line; with one it tries again with each. */
export function tolerateClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') loss ??= error;
  });
  process.stderr.on('error', () => undefined);
}

/** Settles when all output is with its reader, or lost, then with the reason. To a pipe that is full, Node writes later. */
export async function waitForOutput(): Promise<NodeJS.ErrnoException | undefined> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
  return loss;
}
