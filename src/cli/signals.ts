import { isatty } from 'node:tty';
import { exitDespiteHangingReads } from './process-end.ts';
import { printNote } from './terminal.ts';

/** Whether the program ends when its terminal closes. That `nohup` has set SIGHUP to be ignored can't be detected,
 * because Node resets all signals at its start (PlatformInit in src/node.cc); but `nohup` leaves no terminal on any of
 * the three descriptors. */
const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));

/** Disables the default actions of signals: SIGUSR1 would open Node's debugger to every user of the machine, the others
 * would end the program. */
export function ignoreUnusedSignals(): void {
  for (const signal of ['SIGUSR1', 'SIGUSR2', ...(hasTerminal ? [] : ['SIGHUP'])]) process.on(signal, () => undefined);
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs what is not to be left half done: until it is over, signals that would end the program only print a note. */
export async function withoutInterruption<Result>(run: () => Promise<Result>): Promise<Result> {
  const refuse = () => printNote('This cannot be interrupted: please wait for its end');
  for (const signal of endingSignals) process.on(signal, refuse);
  try {
    return await run();
  } finally {
    for (const signal of endingSignals) process.removeListener(signal, refuse);
  }
}

/** Resolves with the name of the signal that stops the program; a second SIGTERM or SIGINT ends it at once. */
export function waitForStopSignalName(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.once(signal, () => {
        process.once(signal, () => void exitDespiteHangingReads(1));
        resolve(signal);
      });
    }
    // The kernel and the shell may both send it.
    if (hasTerminal) process.on('SIGHUP', resolve);
  });
}
