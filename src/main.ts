import { flushOutputAndGetError, tolerateClosedOutput } from './cli/output.ts';
import { exitDespiteHangingReads } from './cli/process-end.ts';
import { ignoreUnusedSignals } from './cli/signals.ts';
import { printFailureAndSetExitCode } from './cli/uncaught.ts';
import { describeError } from './model/errors.ts';
import { setV8Flags } from './v8-flags.ts';

setV8Flags();
ignoreUnusedSignals();
tolerateClosedOutput();

/** Without arguments the code that parses them is not loaded. */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) await (await import('./cli/run.ts')).runAgentCommand({});
  else await (await import('./cli/command-line.ts')).runCommandLine(args);
}

/** Ends the program as soon as all output is written: what was started, or a reading that hangs, would keep it
 * alive. */
async function end(): Promise<never> {
  const loss = await flushOutputAndGetError();
  if (loss !== undefined) {
    process.stderr.write(`Output is incomplete: ${describeError(loss)}\n`);
    process.exitCode ||= 1;
  }
  return exitDespiteHangingReads(Number(process.exitCode ?? 0), { waitsForLookups: true });
}

process.on('uncaughtException', (error) => {
  printFailureAndSetExitCode(error);
  void end();
});
/** Not awaited here: a single file can't have a top-level await. */
export const finished = main(process.argv.slice(2))
  .catch((error: unknown) => {
    // Too few open files to load the program: infra-monitor.js says so.
    if (error instanceof Error && 'code' in error && error.code === 'EMFILE') throw error;
    printFailureAndSetExitCode(error);
  })
  .then(end);
