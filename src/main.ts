import { setFlagsFromString } from 'node:v8';
import { exit } from './cli/exit.ts';
import { outliveReaders, written } from './cli/output.ts';
import { ignoreSignals } from './cli/signals.ts';
import { reportFailure } from './cli/uncaught.ts';
import { describe } from './model/fault.ts';

// The start makes far more garbage than a run: V8's young generation would grow to 16 MB there, and Node 24 and 26 never give them
// back. V8 multiplies its size by this factor (SemiSpaceNewSpace::Grow in src/heap/new-spaces.cc), so that 1 keeps it.
setFlagsFromString('--semi-space-growth-factor=1');

ignoreSignals();
outliveReaders();

/** The command line is only taken apart where there is one. */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) await (await import('./cli/run.ts')).run({});
  else await (await import('./cli/program.ts')).program(args);
}

/** Ends the program as soon as all output is written: what was started, or a reading that hangs, would keep it alive. */
async function end(): Promise<never> {
  const loss = await written();
  if (loss !== undefined) {
    process.stderr.write(`Not all could be written: ${describe(loss)}\n`);
    process.exitCode ||= 1;
  }
  return exit(Number(process.exitCode ?? 0));
}

process.on('uncaughtException', (error) => {
  reportFailure(error);
  void end();
});
await main(process.argv.slice(2)).catch(reportFailure);
await end();
