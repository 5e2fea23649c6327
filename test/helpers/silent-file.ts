import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** Makes of a file one that does not answer, as one of /sys behind which a device is stuck: a FIFO that nobody writes
 * to. The test's end lets go whoever still waits. */
export function silence(path: string): { answer(content: string): void; isRead(): boolean } {
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
  const answer = (content: string) => {
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(file, content);
    closeSync(file);
  };
  let writer: number | undefined;
  /** Whether somebody waits for it. An end that writes nothing lets nobody go. */
  const isRead = () => {
    try {
      writer ??= openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      // ENXIO: nobody waits.
    }
    return writer !== undefined;
  };
  onTestFinished(() => {
    if (isRead() && writer !== undefined) closeSync(writer);
  });
  return { answer, isRead };
}
