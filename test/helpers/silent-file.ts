import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** Makes of a file one that does not answer, as one of /sys behind which a device is stuck: a FIFO that nobody writes
 * to. `answer` writes when somebody waits for it. The test's end lets go whoever still waits. */
export function silence(path: string): { answer(content: string): Promise<void>; isRead(): boolean } {
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
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
  const end = () => {
    if (writer !== undefined) closeSync(writer);
    writer = undefined;
  };
  const answer = async (content: string) => {
    await until(`somebody waits for ${path}`, isRead);
    if (writer !== undefined) writeSync(writer, content);
    end();
  };
  onTestFinished(() => {
    isRead();
    end();
  });
  return { answer, isRead };
}
