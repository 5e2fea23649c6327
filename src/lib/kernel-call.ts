import { setTimeout as pause } from 'node:timers/promises';
import { waitForOwnTurn } from '../model/event-loop-turns.ts';

/** Milliseconds that calls wait for the one that this process has made, and of one pause. Not all at once: after a long
 * turn of the event loop the pause is over before the answer is looked at, which may have come long ago. */
const turnWaitMs = 100;
const pauseMs = 20;

/** Whether this process has made a call that is not answered, or is about to make the next one. */
let isBusy = false;
/** Whether nobody waits for that answer any longer. */
let isSilent = false;
/** Counts the calls of this process, so that each is watched for itself. */
let callNumber = 0;
/** Child processes at a time: to start one takes some milliseconds of this process. */
const maxChildProcesses = 16;
let childProcessCount = 0;
const waitingForChildProcess: (() => void)[] = [];

/** The calls that wait for their turn, the first one first; each is told whether it has it. */
let waiting: ((hasTurn: boolean) => void)[] = [];

/** Makes a call that may never return, because the kernel waits for a device that is stuck. Each one that hangs blocks
 * one of the four threads that libuv has for all access to files and for the look-up of names, so this process makes at
 * most one at a time. While that one has no answer, `inChildProcess` is called instead. */
export async function callKernelOrChildProcess<T>(
  inProcess: () => Promise<T>,
  inChildProcess: () => Promise<T>,
): Promise<T> {
  if (isBusy && (isSilent || !(await waitForTurn()))) {
    await acquireChildProcess();
    try {
      if (isSilent) return await inChildProcess();
    } finally {
      releaseChildProcess();
    }
    // It was answered meanwhile.
    return callKernelOrChildProcess(inProcess, inChildProcess);
  }
  isBusy = true;
  callNumber += 1;
  if (waiting.length > 0) void watch(callNumber);
  try {
    return await inProcess();
  } finally {
    isSilent = false;
    const next = waiting.shift();
    isBusy = next !== undefined;
    next?.(true);
  }
}

/** Resolves when one more child process may run, in a turn of the event loop of its own. */
async function acquireChildProcess(): Promise<void> {
  if (childProcessCount < maxChildProcesses) childProcessCount += 1;
  else await new Promise<void>((resolve) => waitingForChildProcess.push(resolve));
  if (isSilent) await waitForOwnTurn();
}

function releaseChildProcess(): void {
  const next = waitingForChildProcess.shift();
  if (next === undefined) childProcessCount -= 1;
  else next();
}

function waitForTurn(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) void watch(callNumber);
  });
}

/** Sends all that wait to child processes if the call has no answer in time. */
async function watch(call: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < turnWaitMs; waitedMs += pauseMs) {
    await pause(pauseMs, undefined, { ref: false });
    if (call !== callNumber || !isBusy) return;
  }
  isSilent = true;
  const others = waiting;
  waiting = [];
  for (const resolve of others) resolve(false);
}
