import { isatty } from 'node:tty';
import { endProcess } from './process-end.ts';

/** Whether we end with a terminal. That `nohup` has SIGHUP ignored can't be seen, because Node sets all signals back at its start
 * (PlatformInit in src/node.cc); but it leaves no terminal at any of the three. */
const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));

/** Turns off what signals do by default: SIGUSR1 would open Node's debugger to every user of the machine, the others would end us. */
export function ignoreUnusedSignals(): void {
  for (const signal of ['SIGUSR1', 'SIGUSR2', ...(onTerminal ? [] : ['SIGHUP'])]) process.on(signal, () => undefined);
}

/** Settles with the name of the signal that tells us to end; a second SIGTERM or SIGINT ends the program at once. */
export function waitForStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.once(signal, () => {
        process.once(signal, () => void endProcess(1));
        resolve(signal);
      });
    }
    // The kernel and the shell may both send it.
    if (onTerminal) process.on('SIGHUP', resolve);
  });
}
