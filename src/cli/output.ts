/** The first error that lost standard output. A reader that closes the pipe, such as `head`, is no error. */
let outputError: NodeJS.ErrnoException | undefined;

/** Keeps the program running when its output can't be written: `| tee` has ended, the terminal is closed, the disk is
 * full. Without a listener, Node would exit at the next line; with one, each line is tried again. */
export function tolerateClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') outputError ??= error;
  });
  process.stderr.on('error', () => undefined);
}

/** Resolves when all output has been written, or is lost, with the error. Node writes asynchronously to a pipe that is
 * full. */
export async function flushOutputAndGetError(): Promise<NodeJS.ErrnoException | undefined> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
  return outputError;
}
