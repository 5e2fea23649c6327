import { inspect } from 'node:util';
import { CommandError } from '../lib/command.ts';
import type { Log } from '../log.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { redactSecrets } from '../model/secret.ts';
import { printLineToStderr } from './terminal.ts';

/** Prints why the program ends and sets its exit status. Node’s own report would show everything that an error holds,
 * secrets too. What a command of the system says of its failure needs no stack. */
export function printFailureAndSetExitCode(error: unknown): void {
  const isExplained = error instanceof UsageError || error instanceof CommandError;
  printLineToStderr(isExplained ? describeError(error) : redactSecrets(inspect(error)));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** Where in the code an error was thrown: its message may differ each time. */
const placeOf = (error: unknown) =>
  (error instanceof Error ? /\n\s+at .*/.exec(error.stack ?? '')?.[0] : undefined) ?? '';

/** Logs each uncaught error in a timer or in the background once, instead of ending the program: the readings go on. */
export function logUncaughtErrorsAndContinue(log: Log): void {
  const logged = new Set<string>();
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => {
    const place = placeOf(error);
    if (!logged.has(place)) log.error(`unexpected error; please report it: ${redactSecrets(inspect(error))}`);
    logged.add(place);
  });
}
