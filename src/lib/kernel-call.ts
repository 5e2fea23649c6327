import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds that a call waits for the one before it. */
const turnWaitMs = 100;

/** Settles when the call that this process has made is answered; undefined if there is none. */
let pending: Promise<void> | undefined;
/** Whether nobody waits for that answer any longer. */
let isSilent = false;

/** Makes a call that may never return, because the kernel waits for a device that is stuck. Each one that hangs blocks one of the
 * four threads that libuv has for all access to files and for the look-up of names, so this process makes at most one at a time.
 * While that one has no answer, `inChildProcess` is called instead. */
export async function callKernelOrChildProcess<T>(
  inProcess: () => Promise<T>,
  inChildProcess: () => Promise<T>,
): Promise<T> {
  while (pending !== undefined) {
    if (isSilent) return inChildProcess();
    const answered = pending.then(() => true);
    isSilent = !(await Promise.race([answered, pause(turnWaitMs, false, { ref: false })]));
  }
  const answer = inProcess();
  const end = () => {
    pending = undefined;
    isSilent = false;
  };
  pending = answer.then(end, end);
  return answer;
}
